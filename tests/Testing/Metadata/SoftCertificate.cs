using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Testing;

/// <summary>How a certificate looks. Unset, it is a correct certification authority.</summary>
public sealed record SoftCertificateShape
{
    /// <summary>Subject-CN.</summary>
    public string Name { get; init; } = "Soft authority";

    /// <summary>The whole subject, in place of <see cref="Name"/>.</summary>
    public X500DistinguishedName? Subject { get; init; }

    /// <summary>The issuer's name as it stands there, if not that of the issuer.</summary>
    public X500DistinguishedName? Issuer { get; init; }

    /// <summary>Start of validity.</summary>
    public DateTimeOffset NotBefore { get; init; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>End of validity.</summary>
    public DateTimeOffset NotAfter { get; init; } = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The CA component of basic constraints; null leaves the extension out.</summary>
    public bool? IsAuthority { get; init; } = true;

    /// <summary>The path length of basic constraints.</summary>
    public int? PathLength { get; init; }

    /// <summary>Key usage; null leaves the extension out.</summary>
    public X509KeyUsageFlags? Usage { get; init; } = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>Further extensions.</summary>
    public IReadOnlyList<X509Extension> Extensions { get; init; } = [];

    /// <summary>The key, if not a new one of P-256.</summary>
    public AsymmetricAlgorithm? Key { get; init; }

    /// <summary>The hash of the issuer's signature.</summary>
    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>The end-entity certificate of somebody.</summary>
    public static SoftCertificateShape Leaf(string name = "Soft leaf") => new() { Name = name, IsAuthority = false, Usage = X509KeyUsageFlags.DigitalSignature };
}

/// <summary>A certificate with its key, which can issue others and their revocation lists.</summary>
public sealed class SoftCertificate
{
    private readonly SoftCertificateShape _shape;
    private readonly X500DistinguishedName _name;

    private SoftCertificate(SoftCertificateShape shape, SoftCertificate? issuer)
    {
        _shape = shape;
        _name = shape.Subject ?? NameOf(shape.Name);
        Key = shape.Key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SerialNumber = RandomNumberGenerator.GetBytes(16);
        SerialNumber[0] = (byte)((SerialNumber[0] & 0x3F) | 0x40);
        Der = Certify(issuer ?? this);
    }

    /// <summary>The certificate.</summary>
    public byte[] Der { get; }

    /// <summary>The key pair: ECDsa or RSA.</summary>
    public AsymmetricAlgorithm Key { get; }

    /// <summary>The serial number, positive and without leading zeros.</summary>
    public byte[] SerialNumber { get; }

    /// <summary>The subject.</summary>
    public X500DistinguishedName Name => _name;

    /// <summary>Makes a certificate that signs itself.</summary>
    public static SoftCertificate Root(SoftCertificateShape? shape = null) => new(shape ?? new SoftCertificateShape { Name = "Soft root" }, issuer: null);

    /// <summary>A name that is one CN.</summary>
    public static X500DistinguishedName NameOf(string common)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(common);
        return builder.Build();
    }

    /// <summary>Certifies a new key.</summary>
    public SoftCertificate Issue(SoftCertificateShape? shape = null) => new(shape ?? new SoftCertificateShape { Name = "Soft intermediate" }, this);

    /// <summary>The same key under the same name, certified anew.</summary>
    public SoftCertificate Again(SoftCertificateShape shape) => new(shape with { Key = Key, Subject = _name }, issuer: null);

    /// <summary>A revocation list of this issuer by the platform's builder.</summary>
    public byte[] RevocationList(DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params IReadOnlyList<byte[]> serialNumbers)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serialNumber in serialNumbers)
        {
            builder.AddEntry(serialNumber, thisUpdate, X509RevocationReason.KeyCompromise);
        }

        var identifier = X509AuthorityKeyIdentifierExtension.Create(new byte[20], _name, SerialNumber);
        return builder.Build(_name, Generator(Key), BigInteger.One, nextUpdate, HashAlgorithmName.SHA256, identifier, thisUpdate);
    }

    /// <summary>Signs a body with this key: body, algorithm (ECDSA with SHA-256), signature.</summary>
    public byte[] Sign(Action<AsnWriter> body)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        body(writer);
        var toBeSigned = writer.Encode();
        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(toBeSigned);
            using (whole.PushSequence())
            {
                whole.WriteObjectIdentifier("1.2.840.10045.4.3.2");
            }

            whole.WriteBitString(((ECDsa)Key).SignData(toBeSigned, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return whole.Encode();
    }

    /// <summary>Certifies a new key with a signature algorithm that the platform's own request does not know.</summary>
    public byte[] CertifyWith(SoftCertificateShape shape, string algorithm, Func<byte[], byte[]> sign)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(shape.Name), new PublicKey(key), HashAlgorithmName.SHA256);
        using var certificate = request.Create(_name, new AnyGenerator(algorithm, sign), shape.NotBefore, shape.NotAfter, [1, 2, 3]);
        return certificate.RawData;
    }

    private byte[] Certify(SoftCertificate issuer)
    {
        var publicKey = Key is RSA rsa ? new PublicKey(rsa) : new PublicKey((ECDsa)Key);
        var request = new CertificateRequest(_name, publicKey, _shape.Hash);
        if (_shape.IsAuthority is { } isAuthority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
                isAuthority, _shape.PathLength is not null, _shape.PathLength ?? 0, critical: true));
        }

        if (_shape.Usage is { } usage)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        }

        foreach (var extension in _shape.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var certificate = request.Create(_shape.Issuer ?? issuer._name, Generator(issuer.Key), _shape.NotBefore, _shape.NotAfter, SerialNumber);
        return certificate.RawData;
    }

    private static X509SignatureGenerator Generator(AsymmetricAlgorithm key)
        => key is RSA rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa((ECDsa)key);

    private sealed class AnyGenerator(string algorithm, Func<byte[], byte[]> sign) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(algorithm);
            }

            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => sign(data);

        protected override PublicKey BuildPublicKey() => throw new NotSupportedException();
    }
}
