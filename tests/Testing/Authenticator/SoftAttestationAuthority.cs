using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Testing;

/// <summary>A maker of authenticators: a root certificate, and a batch key certified by it (§8.2.1).</summary>
public sealed class SoftAttestationAuthority
{
    private static readonly ConcurrentDictionary<Guid, SoftAttestationAuthority> Defaults = new();
    private static readonly DateTimeOffset ValidFrom = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset ValidTo = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private readonly SoftSigner _signer;
    private readonly X509Certificate2 _root;

    /// <summary>Makes a root and one batch certificate.</summary>
    /// <param name="aaguid">The model the certificate is for.</param>
    /// <param name="shape">How the certificate differs from a correct one.</param>
    /// <param name="rootAlgorithm">The algorithm of the root: ES256 or EdDSA.</param>
    public SoftAttestationAuthority(Guid aaguid, CertificateShape? shape = null, int rootAlgorithm = -7)
    {
        shape ??= new CertificateShape();
        _signer = new SoftSigner(SoftKey.Create(rootAlgorithm));
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("TW");
        name.AddOrganizationName("Soft authenticators");
        name.AddCommonName("Soft authenticator root");
        var request = new CertificateRequest(name.Build(), _signer.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        _root = request.Create(name.Build(), _signer, ValidFrom, ValidTo, RandomNumberGenerator.GetBytes(16));
        Key = SoftKey.Create(shape.Algorithm);
        Certificates = [Issue(aaguid, Key, shape)];
    }

    /// <summary>The batch key that signs statements.</summary>
    public SoftKey Key { get; }

    /// <summary><c>x5c</c>: the batch certificate in DER.</summary>
    public IReadOnlyList<byte[]> Certificates { get; }

    /// <summary>The root certificate in DER.</summary>
    public byte[] Root => _root.RawData;

    /// <summary>The authority of a model, made once for the process.</summary>
    public static SoftAttestationAuthority Default(Guid aaguid) => Defaults.GetOrAdd(aaguid, static model => new SoftAttestationAuthority(model));

    /// <summary>Certifies a key.</summary>
    public byte[] Issue(Guid aaguid, SoftKey key, CertificateShape? shape = null)
    {
        shape ??= new CertificateShape();
        var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _);
        var request = new CertificateRequest(Subject(shape), publicKey, HashAlgorithmName.SHA256);
        if (shape.BasicConstraints is { } authority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, hasPathLengthConstraint: false, 0, critical: true));
        }

        if (shape.AaguidExtension)
        {
            var value = (shape.Aaguid ?? aaguid).ToByteArray(bigEndian: true);
            request.CertificateExtensions.Add(new X509Extension(
                "1.3.6.1.4.1.45724.1.1.4", shape.AaguidWrappedTwice ? OctetString(value) : value, shape.AaguidCritical));
        }

        foreach (var extension in shape.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var certificate = request.Create(
            _root.SubjectName, _signer, ValidFrom, ValidTo, RandomNumberGenerator.GetBytes(16));
        return certificate.RawData;
    }

    /// <summary>Certifies a key with any subject and extensions.</summary>
    public byte[] Certify(SoftKey key, X500DistinguishedName subject, IEnumerable<X509Extension> extensions)
    {
        var request = new CertificateRequest(subject, PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _), HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var certificate = request.Create(
            _root.SubjectName, _signer, ValidFrom, ValidTo, RandomNumberGenerator.GetBytes(16));
        return certificate.RawData;
    }

    internal static X500DistinguishedName Name(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        return name.Build();
    }

    /// <summary>A revocation list that names one certificate.</summary>
    public byte[] Revoke(byte[] certificate, DateTimeOffset now)
    {
        using var revoked = X509CertificateLoader.LoadCertificate(certificate);
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(revoked, now);
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(_root.SubjectName, _root.SerialNumberBytes.Span);
        return builder.Build(
            _root.SubjectName, _signer, 1, now.AddDays(7), HashAlgorithmName.SHA256, identifier, now.AddDays(-1));
    }

    private static X500DistinguishedName Subject(CertificateShape shape)
    {
        var name = new X500DistinguishedNameBuilder();
        if (shape.Country is { } country)
        {
            name.Add("2.5.4.6", country, UniversalTagNumber.PrintableString);
        }

        if (shape.Organization is { } organization)
        {
            name.AddOrganizationName(organization);
        }

        if (shape.OrganizationalUnit is { } unit)
        {
            name.AddOrganizationalUnitName(unit);
        }

        if (shape.CommonName is { } common)
        {
            name.AddCommonName(common);
        }

        return name.Build();
    }

    private static byte[] OctetString(byte[] value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(value);
        return writer.Encode();
    }
}

/// <summary>Signs certificates and lists with ES256 or EdDSA.</summary>
internal sealed class SoftSigner(SoftKey key) : X509SignatureGenerator
{
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        => Der.Sequence(Der.Oid(key.Algorithm == -8 ? "1.3.101.112" : "1.2.840.10045.4.3.2"));

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.Sign(data);

    protected override PublicKey BuildPublicKey() => PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _);
}

/// <summary>How an attestation certificate looks. Unset, it satisfies §8.2.1.</summary>
public sealed record CertificateShape
{
    /// <summary>Subject-C.</summary>
    public string? Country { get; init; } = "TW";

    /// <summary>Subject-O.</summary>
    public string? Organization { get; init; } = "Soft authenticators";

    /// <summary>Subject-OU.</summary>
    public string? OrganizationalUnit { get; init; } = "Authenticator Attestation";

    /// <summary>Subject-CN.</summary>
    public string? CommonName { get; init; } = "Soft authenticator batch";

    /// <summary>The CA component of basic constraints; null leaves the extension out.</summary>
    public bool? BasicConstraints { get; init; } = false;

    /// <summary>Whether there is an AAGUID extension.</summary>
    public bool AaguidExtension { get; init; } = true;

    /// <summary>The AAGUID in it, if not that of the model.</summary>
    public Guid? Aaguid { get; init; }

    /// <summary>Whether the extension is critical.</summary>
    public bool AaguidCritical { get; init; }

    /// <summary>Whether the value is wrapped in two OCTET STRINGs.</summary>
    public bool AaguidWrappedTwice { get; init; } = true;

    /// <summary>The algorithm of the batch key.</summary>
    public int Algorithm { get; init; } = -7;

    /// <summary>Further extensions.</summary>
    public IReadOnlyList<X509Extension> Extensions { get; init; } = [];
}
