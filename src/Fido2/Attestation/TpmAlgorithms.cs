using System.Security.Cryptography;

namespace Moi.Identity.Fido2.Attestation;

/// <summary><c>TPM_ALG_ID</c>; TPM 2.0 Library, Part 2, §6.3.</summary>
internal static class TpmAlgorithms
{
    internal const ushort Rsa = 0x0001;
    internal const ushort Null = 0x0010;
    internal const ushort RsaSsa = 0x0014;
    internal const ushort RsaEs = 0x0015;
    internal const ushort RsaPss = 0x0016;
    internal const ushort EcDsa = 0x0018;
    internal const ushort EcDaa = 0x001A;
    internal const ushort Ecc = 0x0023;

    /// <summary>The hash function of a number; null if the engine has no such.</summary>
    internal static HashAlgorithmName? Hash(ushort algorithm) => algorithm switch
    {
        0x0004 => HashAlgorithmName.SHA1,
        0x000B => HashAlgorithmName.SHA256,
        0x000C => HashAlgorithmName.SHA384,
        0x000D => HashAlgorithmName.SHA512,
        _ => null,
    };
}
