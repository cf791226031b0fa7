using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>§8.2, "Packed Attestation Statement Format", and the certificates of §8.2.1 and §8.2.2.</summary>
public sealed class PackedTests
{
    private static readonly byte[] Signature = Cbor.Bytes(new byte[70]);
    private static readonly byte[] Es256 = Cbor.Number(-7);

    [Theory(DisplayName = "§8.2 step 1: the statement has alg, sig and perhaps x5c, nothing else")]
    [MemberData(nameof(Malformed))]
    public void Refuses_a_malformed_statement(string what, byte[] statement, WebAuthnError expected)
        => new GoodRegistration { Authenticator = Self(), Lies = new Lies { Statement = statement } }.Run()
            .Failure.ShouldNotBeNull(what).Error.ShouldBe(expected, what);

    public static TheoryData<string, byte[], WebAuthnError> Malformed() => new()
    {
        { "no map", Cbor.Array(), WebAuthnError.PackedMembers },
        { "empty", Cbor.Map(Array.Empty<(string, byte[])>()), WebAuthnError.PackedMembers },
        { "no sig", Cbor.Map(("alg", Es256)), WebAuthnError.PackedMembers },
        { "no alg", Cbor.Map(("sig", Signature)), WebAuthnError.PackedMembers },
        { "alg is text", Cbor.Map(("alg", Cbor.Text("ES256")), ("sig", Signature)), WebAuthnError.PackedMembers },
        { "alg is text, and nothing follows", Cbor.Map(("sig", Signature), ("alg", Cbor.Text("ES256"))), WebAuthnError.PackedMembers },
        { "sig is text", Cbor.Map(("alg", Es256), ("sig", Cbor.Text("sig"))), WebAuthnError.PackedMembers },
        { "unknown member", Cbor.Map(("alg", Es256), ("sig", Signature), ("ver", Cbor.Text("2.0"))), WebAuthnError.PackedMembers },
        { "a member twice", Cbor.Map(("alg", Es256), ("sig", Signature), ("alg", Es256)), WebAuthnError.AttestationCbor },
        { "a name is a number", Cbor.Map((Cbor.Number(1), Es256), (Cbor.Text("sig"), Signature)), WebAuthnError.PackedMembers },
        { "x5c is a byte string", Cbor.Map(("alg", Es256), ("sig", Signature), ("x5c", Signature)), WebAuthnError.PackedX5c },
        { "x5c is empty", Cbor.Map(("alg", Es256), ("sig", Signature), ("x5c", Cbor.Array())), WebAuthnError.PackedX5c },
        { "x5c has text", Cbor.Map(("alg", Es256), ("sig", Signature), ("x5c", Cbor.Array(Cbor.Text("MII")))), WebAuthnError.PackedX5c },
        { "x5c has nine", Cbor.Map(("alg", Es256), ("sig", Signature), ("x5c", Cbor.Array([.. Enumerable.Repeat(Signature, 9)]))), WebAuthnError.PackedX5c },
        { "x5c has no certificate", Cbor.Map(("alg", Es256), ("sig", Signature), ("x5c", Cbor.Array(Cbor.Bytes([])))), WebAuthnError.CertificateParse },
        { "ECDAA", Cbor.Map(("alg", Es256), ("sig", Signature), ("ecdaaKeyId", Signature)), WebAuthnError.PackedEcdaa },
    };

    [Fact(DisplayName = "§8.2 step 2: another key's signature is refused")]
    public void Basic_signature_of_another_key()
    {
        using var other = SoftKey.Create(-7);
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { SigningKey = other } }.Run().ShouldBeRefused(WebAuthnError.SignatureInvalid);
    }

    [Fact(DisplayName = "§8.2 step 2: the signature is over these data")]
    public void Basic_signature_over_other_data()
    {
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { ClientDataAfterwards = json => [.. json, (byte)' '] } }.Run().ShouldBeRefused(WebAuthnError.SignatureInvalid);
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { AuthenticatorDataAfterwards = data => [.. data[..33], 1, .. data[34..]] } }
            .Run().ShouldBeRefused(WebAuthnError.SignatureInvalid);
    }

    [Theory(DisplayName = "§8.2 step 2, R-SIG-6: alg fits the certificate's key")]
    [InlineData(-257)]
    [InlineData(-8)]
    [InlineData(-35)]
    [InlineData(-65535)]
    [InlineData(0)]
    [InlineData(4294967289)] // 2^32 - 7. Seen failing on 2026-11-27: cut to 32 bits it was ES256.
    [InlineData(-4294967303)] // -2^32 - 7
    public void Basic_alg_of_another_kind(long algorithm)
        => new GoodRegistration { Authenticator = Basic(), Lies = new Lies { StatementAlgorithm = algorithm } }.Run().ShouldBeRefused(WebAuthnError.PackedAlgorithm);

    [Theory(DisplayName = "§8.2 step 2: batch keys of every algorithm")]
    [InlineData(-35)]
    [InlineData(-36)]
    [InlineData(-8)]
    [InlineData(-257)]
    [InlineData(-37)]
    public void Basic_with_other_batch_keys(int algorithm)
        => new GoodRegistration { Authenticator = With(new CertificateShape { Algorithm = algorithm }) }.Run().ShouldSucceed();

    [Theory(DisplayName = "§8.2.1: what the certificate says")]
    [MemberData(nameof(Certificates))]
    public void Certificate_requirements(string what, CertificateShape shape, WebAuthnError expected)
    {
        var result = new GoodRegistration { Authenticator = With(shape) }.Run();
        (result.Failure?.Error ?? WebAuthnError.None).ShouldBe(expected, what);
    }

    public static TheoryData<string, CertificateShape, WebAuthnError> Certificates() => new()
    {
        { "as it should be", new CertificateShape(), WebAuthnError.None },
        { "no AAGUID extension", new CertificateShape { AaguidExtension = false }, WebAuthnError.None },
        { "no C", new CertificateShape { Country = null }, WebAuthnError.CertificateSubject },
        { "C of three letters", new CertificateShape { Country = "TWN" }, WebAuthnError.CertificateSubject },
        { "C of digits", new CertificateShape { Country = "12" }, WebAuthnError.CertificateSubject },
        { "no O", new CertificateShape { Organization = null }, WebAuthnError.CertificateSubject },
        { "no OU", new CertificateShape { OrganizationalUnit = null }, WebAuthnError.CertificateSubject },
        { "another OU", new CertificateShape { OrganizationalUnit = "Authenticator attestation" }, WebAuthnError.CertificateSubject },
        { "no CN", new CertificateShape { CommonName = null }, WebAuthnError.CertificateSubject },
        { "a CA", new CertificateShape { BasicConstraints = true }, WebAuthnError.CertificateAuthority },
        { "no basic constraints", new CertificateShape { BasicConstraints = null }, WebAuthnError.CertificateAuthority },
        { "another AAGUID", new CertificateShape { Aaguid = Guid.Empty }, WebAuthnError.CertificateAaguid },
        { "AAGUID wrapped once", new CertificateShape { AaguidWrappedTwice = false }, WebAuthnError.CertificateExtension },
        { "AAGUID of fifteen bytes", new CertificateShape { AaguidExtension = false, Extensions = [new X509Extension("1.3.6.1.4.1.45724.1.1.4", Der.OctetString(new byte[15]), critical: false)] }, WebAuthnError.CertificateAaguid },
        { "AAGUID critical", new CertificateShape { AaguidCritical = true }, WebAuthnError.CertificateExtension },
        { "firmware version", new CertificateShape { Extensions = [Firmware(42, critical: false)] }, WebAuthnError.None },
        { "firmware version critical", new CertificateShape { Extensions = [Firmware(42, critical: true)] }, WebAuthnError.CertificateExtension },
        { "firmware version negative", new CertificateShape { Extensions = [Firmware(-1, critical: false)] }, WebAuthnError.CertificateExtension },
        { "firmware version with a rest", new CertificateShape { Extensions = [new X509Extension("1.3.6.1.4.1.45724.1.1.5", [2, 1, 42, 5, 0], critical: false)] }, WebAuthnError.CertificateExtension },
        { "explicit CA=FALSE", new CertificateShape { BasicConstraints = null, Extensions = [new X509Extension("2.5.29.19", [0x30, 3, 1, 1, 0], critical: true)] }, WebAuthnError.None },
        { "broken basic constraints", new CertificateShape { BasicConstraints = null, Extensions = [new X509Extension("2.5.29.19", [0x30, 9], critical: true)] }, WebAuthnError.CertificateAuthority },
    };

    [Fact(DisplayName = "§8.2.1: version 3 only")]
    public void Certificate_version()
    {
        var authority = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid);
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { Certificates = [WithoutVersion(authority.Certificates[0])] } }
            .Run().ShouldBeRefused(WebAuthnError.CertificateVersion);
    }

    [Fact(DisplayName = "§8.2.2: a device's serial number only where enterprise attestation was asked for")]
    public void Enterprise_serial_number()
    {
        X509Extension Serial(bool critical) => new("1.3.6.1.4.1.45724.1.1.2", [4, 2, 0x12, 0x34], critical);
        var shape = new CertificateShape { Extensions = [Serial(critical: false)] };
        new GoodRegistration { Authenticator = With(shape) }.Run().ShouldBeRefused(WebAuthnError.CertificateExtension);
        new GoodRegistration { Authenticator = With(shape), Conveyance = AttestationConveyance.Direct }.Run().ShouldBeRefused(WebAuthnError.CertificateExtension);
        new GoodRegistration { Authenticator = With(shape), Conveyance = AttestationConveyance.Enterprise }.Run().ShouldSucceed();
        new GoodRegistration { Authenticator = With(new CertificateShape { Extensions = [Serial(critical: true)] }), Conveyance = AttestationConveyance.Enterprise }
            .Run().ShouldBeRefused(WebAuthnError.CertificateExtension);
    }

    [Theory(DisplayName = "R-SIG-6: a certified key obeys the rules for keys")]
    [MemberData(nameof(CertifiedKeys))]
    public void Certified_keys(string what, byte[] keyInfo, int algorithm, WebAuthnError expected)
    {
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certificates[0];
        var changed = Rewrite(leaf, (part, value) => part == 6 ? keyInfo : value);
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { Certificates = [changed], StatementAlgorithm = algorithm } }
            .Run().Failure.ShouldNotBeNull(what).Error.ShouldBe(expected, what);
    }

    public static TheoryData<string, byte[], int, WebAuthnError> CertifiedKeys()
    {
        const string Ec = "1.2.840.10045.2.1", Rsa = "1.2.840.113549.1.1.1", Ed25519 = "1.3.101.112";
        var p256 = Encoded(writer => writer.WriteObjectIdentifier("1.2.840.10045.3.1.7"));
        var secp256k1 = Encoded(writer => writer.WriteObjectIdentifier("1.3.132.0.10"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] point = [4, .. q.X!, .. q.Y!];
        var odd = Enumerable.Repeat((byte)0xC5, 256).ToArray();
        return new()
        {
            { "another key", KeyInfo(Ec, p256, point), -7, WebAuthnError.SignatureInvalid },
            { "compressed", KeyInfo(Ec, p256, [2, .. q.X!]), -7, WebAuthnError.CertificateKey },
            { "a byte less", KeyInfo(Ec, p256, point[..^1]), -7, WebAuthnError.CertificateKey },
            { "a byte more", KeyInfo(Ec, p256, [.. point, 0]), -7, WebAuthnError.CertificateKey },
            { "no point", KeyInfo(Ec, p256, [4]), -7, WebAuthnError.CertificateKey },
            { "hybrid", KeyInfo(Ec, p256, [6, .. point[1..]]), -7, WebAuthnError.CertificateKey },
            { "not on the curve", KeyInfo(Ec, p256, [4, .. q.X!, .. q.X!]), -7, WebAuthnError.KeyPoint },
            { "explicit parameters (CVE-2020-0601)", KeyInfo(Ec, Encoded(writer => writer.PushSequence().Dispose()), point), -7, WebAuthnError.CertificateKey },
            { "no parameters", KeyInfo(Ec, null, point), -7, WebAuthnError.CertificateKey },
            { "another curve", KeyInfo(Ec, secp256k1, point), -7, WebAuthnError.PackedAlgorithm },
            { "unused bits", KeyInfo(Ec, p256, [4, .. q.X!, .. q.Y![..31], 0], unusedBits: 1), -7, WebAuthnError.CertificateKey },
            { "unknown kind", KeyInfo("1.2.3.4", null, point), -7, WebAuthnError.PackedAlgorithm },
            { "Ed25519 of low order", KeyInfo(Ed25519, null, [1, .. new byte[31]]), -8, WebAuthnError.KeyPoint },
            { "Ed25519 of 31 bytes", KeyInfo(Ed25519, null, new byte[31]), -8, WebAuthnError.KeyPoint },
            { "RSA of 1024 bits", KeyInfo(Rsa, [5, 0], RsaKey(odd[..128], 65537)), -257, WebAuthnError.KeyRsa },
            { "RSA with e = 1", KeyInfo(Rsa, [5, 0], RsaKey(odd, 1)), -257, WebAuthnError.KeyRsa },
            { "RSA with e = -3", KeyInfo(Rsa, [5, 0], RsaKey(odd, -3)), -257, WebAuthnError.CertificateKey },
            { "RSA with a negative modulus", KeyInfo(Rsa, [5, 0], Der.Sequence([2, 0x82, 1, 0, .. odd], Der.Number(65537))), -257, WebAuthnError.CertificateKey },
            { "RSA with bytes after it", KeyInfo(Rsa, [5, 0], [.. RsaKey(odd, 65537), 0]), -257, WebAuthnError.CertificateKey },
            { "RSA that is none", KeyInfo(Rsa, [5, 0], [1, 2, 3]), -257, WebAuthnError.CertificateKey },
        };
    }

    /// <summary>Seen failing on 2026-11-27: whatever followed the algorithm, or the curve, was not looked at.</summary>
    [Theory(DisplayName = "RFC 5480 §2.1, RFC 8410 §3, RFC 9881 §2: the algorithm of a key has its own parameters and nothing else")]
    [InlineData(-7)]
    [InlineData(-35)]
    [InlineData(-36)]
    [InlineData(-47)]
    [InlineData(-8)]
    [InlineData(-53)]
    [InlineData(-48)]
    [InlineData(-49)]
    [InlineData(-50)]
    public void Parameters_of_a_key(int algorithm)
    {
        Sending(algorithm, parameters => parameters).Run().ShouldSucceed();
        foreach (var surplus in new byte[][] { [5, 0], [2, 1, 7], [0x30, 0] })
        {
            Sending(algorithm, parameters => [.. parameters, .. surplus]).Run().ShouldBeRefused(WebAuthnError.CertificateKey);
        }
    }

    /// <summary>Seen failing on 2026-11-27: any parameters would do.</summary>
    [Fact(DisplayName = "RFC 3279 §2.3.1: the parameters of RSA are NULL, or left out; they are nothing else")]
    public void Parameters_of_an_rsa_key()
    {
        Sending(-257, _ => [5, 0]).Run().ShouldSucceed();
        Sending(-257, _ => []).Run().ShouldSucceed();
        foreach (var parameters in new byte[][] { [5, 0, 5, 0], [2, 1, 7], [0x30, 0], [6, 1, 0x2A] })
        {
            Sending(-257, _ => parameters).Run().ShouldBeRefused(WebAuthnError.CertificateKey);
        }
    }

    [Fact(DisplayName = "RFC 5280 §4.1: a certificate with a part nobody knows, an odd version or 17 KiB is none")]
    public void Odd_certificates()
    {
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certificates[0];
        var stranger = Encoded(writer => writer.WriteInteger(1, new Asn1Tag(TagClass.ContextSpecific, 4)));
        var version = Encoded(writer =>
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                writer.WriteInteger(1L << 40);
            }
        });
        GoodRegistration Sending(byte[] certificate) => new() { Authenticator = Basic(), Lies = new Lies { Certificates = [certificate] } };

        Sending(Rewrite(leaf, (part, value) => part == 6 ? [.. value, .. stranger] : value)).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        Sending(Rewrite(leaf, (part, value) => part == 0 ? version : value)).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        new GoodRegistration { Authenticator = With(new CertificateShape { Extensions = [new X509Extension("1.2.3.4", new byte[17 * 1024], critical: false)] }) }
            .Run().ShouldBeRefused(WebAuthnError.CertificateParse);
    }

    [Fact(DisplayName = "§8.2.1, RFC 5280 §4.2: one OU, and no extension twice")]
    public void Ambiguous_certificates()
    {
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certificates[0];
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("TW");
        name.AddOrganizationName("Soft authenticators");
        name.AddOrganizationalUnitName("Authenticator Attestation");
        name.AddOrganizationalUnitName("Sales");
        name.AddCommonName("Soft authenticator batch");
        var twoUnits = Rewrite(leaf, (part, value) => part == 5 ? name.Build().RawData : value);
        var twice = Rewrite(leaf, (part, value) => part == 7 ? Encoded(writer =>
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            using (writer.PushSequence())
            {
                for (var i = 0; i < 2; i++)
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("2.5.29.19");
                        writer.WriteOctetString([0x30, 0]);
                    }
                }
            }
        }) : value);

        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { Certificates = [twoUnits] } }.Run().ShouldBeRefused(WebAuthnError.CertificateSubject);
        new GoodRegistration { Authenticator = Basic(), Lies = new Lies { Certificates = [twice] } }.Run().ShouldBeRefused(WebAuthnError.CertificateParse);
    }

    [Fact(DisplayName = "§8.2: bytes after a certificate, PEM, and a broken second certificate are refused")]
    public void Certificates_are_read_to_the_last_byte()
    {
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certificates[0];
        GoodRegistration Sending(params byte[][] certificates) => new() { Authenticator = Basic(), Lies = new Lies { Certificates = certificates } };

        Sending([.. leaf, 0]).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        Sending(System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", leaf))).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        Sending(leaf, [0x30, 0]).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        Sending(leaf, new byte[17 * 1024]).Run().ShouldBeRefused(WebAuthnError.CertificateParse);
        Sending(leaf, SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Root).Run().ShouldSucceed().TrustPathThumbprints.Count.ShouldBe(2);
    }

    [Fact(DisplayName = "§8.2: every truncation of a certificate, and every byte of it changed, is a verdict and not an exception")]
    public void Broken_certificates()
    {
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certificates[0];
        var ceremony = new GoodRegistration { Authenticator = Basic() };
        var started = ceremony.Begin();
        for (var i = 0; i < leaf.Length; i++)
        {
            Finish([leaf[..i]]).ShouldBeRefused(WebAuthnError.CertificateParse);
            byte[] changed = [.. leaf[..i], (byte)(leaf[i] ^ 0xFF), .. leaf[(i + 1)..]];
            Finish([changed]).ShouldNotBeNull();
        }

        RegistrationResult Finish(byte[][] certificates) => ceremony.Registration.Finish(
            started.State, System.Text.Encoding.UTF8.GetBytes((ceremony with { Lies = new Lies { Certificates = certificates } }).Answer(started)));
    }

    [Fact(DisplayName = "§8.2 step 3: self attestation is signed by the credential key")]
    public void Self_signature_of_another_key()
    {
        using var other = SoftKey.Create(-7);
        new GoodRegistration { Authenticator = Self(), Lies = new Lies { SigningKey = other } }.Run().ShouldBeRefused(WebAuthnError.SignatureInvalid);
    }

    [Theory(DisplayName = "§8.2 step 3: alg is that of the credential key")]
    [InlineData(-8)]
    [InlineData(-35)]
    [InlineData(-257)]
    [InlineData(4294967289)] // 2^32 - 7
    public void Self_alg_of_another_kind(long algorithm)
        => new GoodRegistration { Authenticator = Self(), Lies = new Lies { StatementAlgorithm = algorithm } }.Run().ShouldBeRefused(WebAuthnError.PackedAlgorithm);

    [Fact(DisplayName = "§8.2 step 3: self attestation proves nothing about the model")]
    public void Self_has_no_trust_path()
    {
        var record = new GoodRegistration { Authenticator = Self() }.Run().ShouldSucceed();
        (record.AttestationType, record.IsAttestationTrusted).ShouldBe((AttestationType.Self, false));
        record.TrustPathThumbprints.ShouldBeEmpty();
    }

    [Theory(DisplayName = "§8.7: the statement of none is the empty map")]
    [InlineData("A0", true)]
    [InlineData("80", false)]
    [InlineData("F6", false)]
    [InlineData("40", false)]
    [InlineData("A163616C6726", false)]
    public void None_statement(string statement, bool accepted)
    {
        var result = new GoodRegistration { Lies = new Lies { Statement = Convert.FromHexString(statement) } }.Run();
        if (accepted)
        {
            result.ShouldSucceed().AttestationType.ShouldBe(AttestationType.None);
        }
        else
        {
            result.ShouldBeRefused(WebAuthnError.NoneStatement);
        }
    }

    private static SoftAuthenticator Self() => new() { Attestation = SoftAttestation.PackedSelf };

    private static SoftAuthenticator Basic() => new() { Attestation = SoftAttestation.PackedBasic };

    private static SoftAuthenticator With(CertificateShape shape)
        => new() { Attestation = SoftAttestation.PackedBasic, Authority = new SoftAttestationAuthority(new SoftAuthenticator().Aaguid, shape) };

    /// <summary>A batch key of an algorithm, in a certificate that has other parameters for it.</summary>
    private static GoodRegistration Sending(int algorithm, Func<byte[], byte[]> parameters)
    {
        var authenticator = With(new CertificateShape { Algorithm = algorithm });
        var certificate = Rewrite(authenticator.Authority!.Certificates[0], (part, value) => part == 6 ? WithParameters(value, parameters) : value);
        return new GoodRegistration { Authenticator = authenticator, Lies = new Lies { Certificates = [certificate] } };
    }

    /// <summary>The same key with other parameters of its algorithm.</summary>
    internal static byte[] WithParameters(byte[] keyInfo, Func<byte[], byte[]> parameters)
    {
        var info = new AsnReader(keyInfo, AsnEncodingRules.DER).ReadSequence();
        var identifier = info.ReadSequence();
        var algorithm = identifier.ReadObjectIdentifier();
        var own = identifier.HasData ? identifier.ReadEncodedValue().ToArray() : [];
        return KeyInfo(algorithm, parameters(own), info.ReadBitString(out _));
    }

    private static X509Extension Firmware(int version, bool critical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(version);
        return new X509Extension("1.3.6.1.4.1.45724.1.1.5", writer.Encode(), critical);
    }

    /// <summary>The same certificate without its version: version 1, whatever its signature is worth.</summary>
    internal static byte[] WithoutVersion(byte[] der) => Rewrite(der, (part, value) => part == 0 ? [] : value);

    /// <summary>The same certificate with the parts of its body changed: 0 version, 5 subject, 6 public key, 7 extensions.</summary>
    private static byte[] Rewrite(byte[] der, Func<int, byte[], byte[]> change)
    {
        var certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var body = certificate.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                for (var part = 0; body.HasData; part++)
                {
                    var changed = new AsnReader(change(part, body.ReadEncodedValue().ToArray()), AsnEncodingRules.DER);
                    while (changed.HasData)
                    {
                        writer.WriteEncodedValue(changed.ReadEncodedValue().Span);
                    }
                }
            }

            while (certificate.HasData)
            {
                writer.WriteEncodedValue(certificate.ReadEncodedValue().Span);
            }
        }

        return writer.Encode();
    }

    private static byte[] KeyInfo(string algorithm, byte[]? parameters, byte[] key, int unusedBits = 0)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(algorithm);
                var each = new AsnReader(parameters ?? [], AsnEncodingRules.DER);
                while (each.HasData)
                {
                    writer.WriteEncodedValue(each.ReadEncodedValue().Span);
                }
            }

            writer.WriteBitString(key, unusedBits);
        }

        return writer.Encode();
    }

    private static byte[] Encoded(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    private static byte[] RsaKey(byte[] modulus, int exponent) => Encoded(writer =>
    {
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(modulus);
            writer.WriteInteger(exponent);
        }
    });
}
