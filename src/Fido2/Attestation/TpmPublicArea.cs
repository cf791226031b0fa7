using System.Security.Cryptography;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary><c>TPMT_PUBLIC</c> of a signing key; TPM 2.0 Library, Part 2, §12.2.4.</summary>
internal sealed class TpmPublicArea
{
    private const uint DefaultExponent = 65537;

    private readonly byte[] _encoded;
    private readonly ushort _nameAlgorithm;
    private readonly ushort _scheme;
    private readonly ushort _schemeHash;

    /// <summary>RSA: modulus and exponent; ECC: the coordinates. All without leading zeros.</summary>
    private readonly byte[] _first;
    private readonly byte[] _second;
    private readonly int _keyType;
    private readonly int _curve;

    private TpmPublicArea(byte[] encoded)
    {
        _encoded = encoded;
        var reader = new TpmReader(encoded, WebAuthnError.TpmPublicArea);
        var type = reader.ReadUInt16();
        _nameAlgorithm = reader.ReadUInt16();
        reader.Skip(4); // objectAttributes
        reader.ReadSized(); // authPolicy

        // parameters.symmetric, a TPMT_SYM_DEF_OBJECT: of a key that signs it is TPM_ALG_NULL, else key bits and mode follow.
        if (reader.ReadUInt16() != TpmAlgorithms.Null)
        {
            reader.Skip(4);
        }

        // parameters.scheme: a hash follows for all schemes but TPM_ALG_NULL and RSAES; ECDAA has a count too.
        _scheme = reader.ReadUInt16();
        _schemeHash = _scheme is TpmAlgorithms.Null or TpmAlgorithms.RsaEs ? TpmAlgorithms.Null : reader.ReadUInt16();
        reader.Skip(_scheme == TpmAlgorithms.EcDaa ? 2 : 0);
        switch (type)
        {
            case TpmAlgorithms.Rsa:
                var keyBits = reader.ReadUInt16();
                var exponent = reader.ReadUInt32();
                _keyType = CoseKey.Rsa;
                _first = Trim(reader.ReadSized());
                Require(_first.Length > 0 && _first.Length * 8 == keyBits, WebAuthnError.TpmPublicArea, "keyBits is not the length of the modulus.");

                // "When zero, indicates that the exponent is the default of 2^16 + 1" (§12.2.3.5)
                exponent = exponent == 0 ? DefaultExponent : exponent;
                _second = Trim([(byte)(exponent >> 24), (byte)(exponent >> 16), (byte)(exponent >> 8), (byte)exponent]);
                break;
            case TpmAlgorithms.Ecc:
                _keyType = CoseKey.Ec2;
                _curve = reader.ReadUInt16() switch
                {
                    0x0003 => EllipticCurve.P256.Number,
                    0x0004 => EllipticCurve.P384.Number,
                    0x0005 => EllipticCurve.P521.Number,
                    _ => throw new WebAuthnException(WebAuthnError.TpmPublicArea, "Not a curve of WebAuthn."),
                };
                if (reader.ReadUInt16() != TpmAlgorithms.Null)
                {
                    reader.Skip(2); // the hash of the key derivation scheme
                }

                _first = Trim(reader.ReadSized());
                _second = Trim(reader.ReadSized());
                break;
            default:
                throw new WebAuthnException(WebAuthnError.TpmPublicArea, "Neither an RSA nor an ECC key.");
        }

        reader.End();
    }

    /// <summary>Parses the structure to the last byte, or refuses.</summary>
    internal static TpmPublicArea Parse(byte[] encoded) => new(encoded);

    /// <summary>Whether it is this key. Some TPMs strip leading zeros, so numbers are compared, not bytes.</summary>
    internal bool IsKey(CoseKey key)
        => key.KeyType == _keyType
            && (_keyType == CoseKey.Rsa || key.Curve == _curve)
            && Trim(key.First).AsSpan().SequenceEqual(_first)
            && Trim(key.Second).AsSpan().SequenceEqual(_second)
            && IsScheme(key.Algorithm);

    /// <summary>nameAlg || H(pubArea); Part 1, §16.</summary>
    internal byte[] Name(bool allowSha1)
    {
        var hash = TpmAlgorithms.Hash(_nameAlgorithm);
        Require(hash is not null && (allowSha1 || hash != HashAlgorithmName.SHA1), WebAuthnError.TpmName, "nameAlg");
        return [(byte)(_nameAlgorithm >> 8), (byte)_nameAlgorithm, .. CryptographicOperations.HashData(hash.Value, _encoded)];
    }

    /// <summary>A key that is bound to a scheme signs with that alone.</summary>
    private bool IsScheme(long algorithm)
    {
        if (_scheme == TpmAlgorithms.Null)
        {
            return true;
        }

        var hash = TpmAlgorithms.Hash(_schemeHash);
        return AlgorithmTable.Rsa(algorithm) is { } rsa
            ? hash == rsa.Hash && _scheme == (rsa.Padding == RSASignaturePadding.Pss ? TpmAlgorithms.RsaPss : TpmAlgorithms.RsaSsa)
            : hash == AlgorithmTable.Hash(algorithm) && _scheme == TpmAlgorithms.EcDsa;
    }

    private static byte[] Trim(ReadOnlySpan<byte> number) => number.TrimStart((byte)0).ToArray();
}
