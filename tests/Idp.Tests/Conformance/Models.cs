using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>The authenticators of the cases, each of a model of its own, and the metadata statement of each model.</summary>
internal sealed class Models
{
    private static readonly string[] AllAlgorithms =
    [
        "secp256r1_ecdsa_sha256_raw", "secp384r1_ecdsa_sha384_raw", "secp521r1_ecdsa_sha512_raw", "secp256k1_ecdsa_sha256_raw", "ed25519_eddsa_sha512_raw",
        "rsassa_pss_sha256_raw", "rsassa_pss_sha384_raw", "rsassa_pss_sha512_raw",
        "rsassa_pkcsv15_sha256_raw", "rsassa_pkcsv15_sha384_raw", "rsassa_pkcsv15_sha512_raw", "rsassa_pkcsv15_sha1_raw",
    ];

    private readonly SoftAttestationAuthority _anchorMaker = new(Aaguid(4));
    private readonly SoftAttestationAuthority _otherAlgorithmMaker = new(Aaguid(5), new CertificateShape { Algorithm = -35 });
    private readonly SoftAttestationAuthority _u2fMaker = new(Guid.Empty, new CertificateShape { AaguidExtension = false });

    internal Models()
    {
        Full = Basic(1, SoftAttestationAuthority.Default(Aaguid(1)));
        Chain = new PackedChain(Aaguid(2));
        Chained = Basic(2, Full.Authority!);
        Anchor = Basic(4, _anchorMaker);
        OtherAlgorithm = Basic(5, _otherAlgorithmMaker);
        U2f = new SoftAuthenticator { Aaguid = Guid.Empty, Attestation = SoftAttestation.FidoU2f, Authority = _u2fMaker };
        Tpm = new PlatformMaker(Aaguid(8), SoftAttestation.Tpm);
        AndroidKey = new PlatformMaker(Aaguid(9), SoftAttestation.AndroidKey);
    }

    /// <summary>Packed, with a batch certificate that the metadata's root issued.</summary>
    internal SoftAuthenticator Full { get; }

    /// <summary>Packed; the certificates are those of <see cref="Chain"/>.</summary>
    internal SoftAuthenticator Chained { get; }

    internal PackedChain Chain { get; }

    /// <summary>Packed; the metadata names the batch certificate itself.</summary>
    internal SoftAuthenticator Anchor { get; }

    /// <summary>Packed; certifies with ES384, which the metadata does not name.</summary>
    internal SoftAuthenticator OtherAlgorithm { get; }

    /// <summary>Self attestation with ES256, where the metadata names Ed25519.</summary>
    internal static SoftAuthenticator Narrow => new() { Aaguid = Aaguid(6), Attestation = SoftAttestation.PackedSelf };

    /// <summary>A certificate of a model that makes self attestations only.</summary>
    internal static SoftAuthenticator FullBySurrogate => Basic(3, SoftAttestationAuthority.Default(Aaguid(3)));

    internal SoftAuthenticator U2f { get; }

    internal PlatformMaker Tpm { get; }

    internal PlatformMaker AndroidKey { get; }

    internal static Guid Aaguid(int number) => new($"c0f0c0f0-0000-4000-8000-{number:x12}");

    /// <summary>Packed with a batch certificate.</summary>
    internal static SoftAuthenticator Basic(int number, SoftAttestationAuthority maker)
        => new() { Aaguid = Aaguid(number), Attestation = SoftAttestation.PackedBasic, Authority = maker };

    /// <summary>A new authenticator with self attestation, of every algorithm.</summary>
    internal static SoftAuthenticator NewSelf(uint counterStep = 1) => new() { Aaguid = Aaguid(3), Attestation = SoftAttestation.PackedSelf, CounterStep = counterStep };

    internal IEnumerable<(string Name, JsonObject Statement)> Statements()
    {
        string[] es256 = ["secp256r1_ecdsa_sha256_raw"];
        yield return ("full", Statement(Aaguid(1), [Full.Authority!.Root], "basic_full", es256));
        yield return ("chained", Statement(Aaguid(2), [Chain.Root.Der], "basic_full", es256));
        yield return ("self", Statement(Aaguid(3), [SoftAttestationAuthority.Default(Aaguid(3)).Root], "basic_surrogate", AllAlgorithms));
        yield return ("anchor", Statement(Aaguid(4), [_anchorMaker.Certificates[0]], "basic_full", es256));
        yield return ("other-algorithm", Statement(Aaguid(5), [_otherAlgorithmMaker.Root], "basic_full", es256));
        yield return ("narrow", Statement(Aaguid(6), [], "basic_surrogate", ["ed25519_eddsa_sha512_raw"]));
        yield return ("tpm", Statement(Tpm.Aaguid, [Tpm.Root.Der], "attca", AllAlgorithms));
        yield return ("android-key", Statement(AndroidKey.Aaguid, [AndroidKey.Root.Der], "basic_full", AllAlgorithms));

        var u2f = Statement(Guid.Empty, [_u2fMaker.Root], "basic_full", es256);
        u2f.Remove("aaguid");
        using var batch = X509CertificateLoader.LoadCertificate(_u2fMaker.Certificates[0]);
        var key = new X509SubjectKeyIdentifierExtension(batch.PublicKey, X509SubjectKeyIdentifierHashAlgorithm.Sha1, critical: false);
        u2f["attestationCertificateKeyIdentifiers"] = new JsonArray(key.SubjectKeyIdentifier!.ToLowerInvariant());
        yield return ("u2f", u2f);
    }

    private static JsonObject Statement(Guid aaguid, byte[][] roots, string type, string[] algorithms)
    {
        var statement = SoftMetadataService.Entry(aaguid, roots)["metadataStatement"]!.DeepClone().AsObject();
        statement["aaguid"] = aaguid.ToString();
        statement["attestationTypes"] = new JsonArray(type);
        statement["authenticationAlgorithms"] = new JsonArray([.. algorithms.Select(word => (JsonNode)word)]);
        return statement;
    }
}

/// <summary>A root, two authorities below it, and leaves below those that certify one batch key.</summary>
internal sealed class PackedChain(Guid aaguid)
{
    internal SoftKey Key { get; } = SoftKey.Create(-7);

    internal SoftCertificate Root { get; } = SoftCertificate.Root(new SoftCertificateShape { Name = "Soft conformance root" });

    internal SoftCertificate Upper => field ??= Root.Issue(new SoftCertificateShape { Name = "Soft upper authority" });

    internal SoftCertificate Lower => field ??= Upper.Issue(new SoftCertificateShape { Name = "Soft lower authority" });

    internal byte[] Leaf(SoftCertificate issuer, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("TW");
        name.AddOrganizationName("Soft authenticators");
        name.AddOrganizationalUnitName("Authenticator Attestation");
        name.AddCommonName("Soft chained batch");
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Key.SubjectPublicKeyInfo, out _);
        var shape = SoftCertificateShape.Leaf() with
        {
            Subject = name.Build(),
            Key = key,
            Extensions = [new X509Extension("1.3.6.1.4.1.45724.1.1.4", Der.OctetString(aaguid.ToByteArray(bigEndian: true)), critical: false)],
        };
        return issuer.Issue(shape with { NotBefore = from ?? shape.NotBefore, NotAfter = to ?? shape.NotAfter }).Der;
    }

    /// <summary>A statement with these certificates, signed with the batch key.</summary>
    internal Lies Lies(params byte[][] certificates) => new() { Certificates = certificates, SigningKey = Key };
}

/// <summary>A platform whose certificates have an authority between them and the root.</summary>
internal sealed class PlatformMaker
{
    private readonly byte[] _authority;

    internal PlatformMaker(Guid aaguid, SoftAttestation attestation)
    {
        Aaguid = aaguid;
        var maker = new SoftAttestationAuthority(aaguid);
        using var own = X509CertificateLoader.LoadCertificate(maker.Root);
        using var key = own.GetECDsaPublicKey();
        _authority = Root.Issue(new SoftCertificateShape { Subject = own.SubjectName, Key = key }).Der;
        Authenticator = new SoftAuthenticator { Aaguid = aaguid, Attestation = attestation, Authority = maker };
    }

    internal Guid Aaguid { get; }

    internal SoftCertificate Root { get; } = SoftCertificate.Root(new SoftCertificateShape { Name = "Soft platform root" });

    internal SoftAuthenticator Authenticator { get; }

    /// <summary>The certificates with the authority after the leaf, as it must be, or before it.</summary>
    internal Lies With(Lies lies, bool inWrongOrder = false) => lies with
    {
        StatementMembers = members =>
        [
            .. members.Select(member => member.Name != "x5c" ? member
                : (member.Name, inWrongOrder ? Cbor.Array(Cbor.Bytes(_authority), member.Value[1..]) : Cbor.Array(member.Value[1..], Cbor.Bytes(_authority)))),
        ],
    };
}
