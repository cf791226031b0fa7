using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Testing;

/// <summary>The tpm format (§8.3): a TPM that certifies a key, as its specification writes it down.</summary>
internal static class SoftTpm
{
    internal static byte[] Statement(SoftStatementInput input)
    {
        var lies = input.Lies.Tpm ?? new TpmLies();
        var publicArea = PublicArea(lies.PublicAreaKey ?? input.Credential.Key, lies);
        publicArea = lies.PublicArea?.Invoke(publicArea) ?? publicArea;

        using var aik = SoftKey.Create(lies.AikAlgorithm);
        byte[] name = [.. U16(lies.NameAlgorithm), .. Hash(lies.NameAlgorithm, publicArea)];
        name = lies.Name?.Invoke(name) ?? name;
        var extraData = lies.ExtraData ?? CryptographicOperations.HashData(HashOf((int)(input.Lies.StatementAlgorithm ?? lies.AikAlgorithm)), input.SignedData);
        byte[] certInfo =
        [
            .. U32(lies.Magic), .. U16(lies.Type), .. Sized(new byte[34]), .. Sized(extraData), .. new byte[17], .. new byte[8], .. Sized(name), .. Sized(new byte[34]),
        ];
        certInfo = lies.CertInfo?.Invoke(certInfo) ?? certInfo;
        return input.Map(
            ("ver", Cbor.Text(lies.Version)),
            ("alg", Cbor.Number(input.Lies.StatementAlgorithm ?? lies.AikAlgorithm)),
            ("x5c", input.X5c(Certificate(input.Authority, aik, lies.Certificate))),
            ("sig", Cbor.Bytes(input.Sign(aik, certInfo))),
            ("certInfo", Cbor.Bytes(certInfo)),
            ("pubArea", Cbor.Bytes(lies.PublicAreaAfterwards?.Invoke(publicArea) ?? publicArea)));
    }

    /// <summary>TPMT_PUBLIC; Part 2, §12.2.4.</summary>
    private static byte[] PublicArea(SoftKey key, TpmLies lies)
    {
        byte[] Start(ushort type) => [.. U16(type), .. U16(lies.NameAlgorithm), .. U32(0x00060472), .. Sized(new byte[32]), .. lies.Symmetric, .. lies.Scheme];
        var info = PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _);
        if (info.GetRSAPublicKey() is { } rsa)
        {
            var modulus = rsa.ExportParameters(includePrivateParameters: false).Modulus!;
            return [.. Start(0x0001), .. U16((ushort)(8 * modulus.Length)), .. U32(lies.Exponent), .. Sized(modulus)];
        }

        var point = info.GetECDsaPublicKey()!.ExportParameters(includePrivateParameters: false).Q;
        var curve = (ushort)(point.X!.Length switch { 32 => 3, 48 => 4, _ => 5 });

        // Some TPMs strip leading zeros; this one always does.
        return [.. Start(0x0023), .. U16(curve), 0, 0x10, .. Sized(point.X.AsSpan().TrimStart((byte)0)), .. Sized(point.Y.AsSpan().TrimStart((byte)0))];
    }

    private static byte[] Certificate(SoftAttestationAuthority authority, SoftKey aik, AikShape shape)
    {
        var extensions = new List<X509Extension>();
        if (shape.AlternativeName)
        {
            var attributes = new[] { ("2.23.133.2.1", shape.Manufacturer), ("2.23.133.2.2", shape.Model), ("2.23.133.2.3", shape.Version) }
                .Where(attribute => attribute.Item2 is not null)
                .Select(attribute => Der.Sequence(Der.Oid(attribute.Item1), Der.Utf8(attribute.Item2!)))
                .ToArray();
            var name = shape.OneSet ? Der.Sequence(Der.Set(attributes)) : Der.Sequence([.. attributes.Select(attribute => Der.Set(attribute))]);
            var value = Der.Sequence(Der.Tagged(4, name));
            extensions.Add(new X509Extension("2.5.29.17", shape.AlternativeNameValue?.Invoke(value) ?? value, shape.AlternativeNameCritical));
        }

        if (shape.Usages.Count > 0)
        {
            extensions.Add(new X509Extension("2.5.29.37", Der.Sequence([.. shape.Usages.Select(Der.Oid)]), critical: false));
        }

        if (shape.BasicConstraints is { } authorityFlag)
        {
            extensions.Add(new X509BasicConstraintsExtension(authorityFlag, hasPathLengthConstraint: false, 0, critical: true));
        }

        if (shape.Aaguid is { } aaguid)
        {
            extensions.Add(new X509Extension("1.3.6.1.4.1.45724.1.1.4", Der.OctetString(aaguid.ToByteArray(bigEndian: true)), critical: false));
        }

        var subject = shape.CommonName is null ? new X500DistinguishedName("") : SoftAttestationAuthority.Name(shape.CommonName);
        return authority.Certify(aik, subject, extensions);
    }

    private static byte[] Hash(ushort nameAlgorithm, byte[] data) => nameAlgorithm switch
    {
        0x0004 => CryptographicOperations.HashData(HashAlgorithmName.SHA1, data),
        0x000C => SHA384.HashData(data),
        0x000D => SHA512.HashData(data),
        _ => SHA256.HashData(data),
    };

    private static HashAlgorithmName HashOf(int algorithm) => algorithm switch
    {
        -65535 => HashAlgorithmName.SHA1,
        -35 or -51 or -38 or -258 => HashAlgorithmName.SHA384,
        -36 or -52 or -39 or -259 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static byte[] U16(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Sized(ReadOnlySpan<byte> value) => [.. U16((ushort)value.Length), .. value];
}
