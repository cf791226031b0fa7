using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>The members of a COSE_Key as they stand there; RFC 9052 §7, RFC 9053 §7, RFC 8230 §4, and "ML-DSA for JOSE and COSE" for AKP.</summary>
/// <remarks>What they mean for an algorithm is checked when a key is made of them:
/// <see cref="Signatures.VerificationKey.Create(CoseKey)"/>.</remarks>
internal sealed record CoseKey
{
    internal const int Okp = 1;
    internal const int Ec2 = 2;
    internal const int Rsa = 3;
    internal const int Akp = 7;

    internal const int Ed25519 = 6;
    internal const int Ed448 = 7;

    /// <summary>RFC 8230 §4 numbers the private members of an RSA key -3 to -12.</summary>
    private const int LastPrivateRsaLabel = -12;

    internal required long KeyType { get; init; }

    internal required long Algorithm { get; init; }

    /// <summary><c>crv</c> of OKP and EC2.</summary>
    internal long? Curve { get; init; }

    /// <summary><c>x</c> of OKP and EC2; <c>n</c> of RSA; <c>pub</c> of AKP.</summary>
    internal byte[]? First { get; init; }

    /// <summary><c>y</c> of EC2; <c>e</c> of RSA.</summary>
    internal byte[]? Second { get; init; }

    /// <summary>Parses one key to the last byte, or refuses.</summary>
    /// <param name="encoded">The bytes.</param>
    /// <param name="canonical">False only for stored keys, which may come from another server.</param>
    internal static CoseKey Parse(ReadOnlySpan<byte> encoded, bool canonical)
    {
        var whole = new CborReader(encoded, WebAuthnError.KeyCbor, canonical);
        whole.Skip();
        Require(whole.IsAtEnd, WebAuthnError.KeyCbor, "Bytes follow the key.");

        var reader = new CborReader(encoded, WebAuthnError.KeyCbor, canonical);
        Require(reader.TryReadMap(out var count), WebAuthnError.KeyMembers, "Not a map.");
        var members = new Members();
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadInteger(out var label), WebAuthnError.KeyMembers, "A label is not an integer.");
            members.Read(label, ref reader);
        }

        return members.ToKey();
    }

    /// <summary>Whether both are the same public key, whatever their algorithms.</summary>
    internal bool IsSameKeyAs(CoseKey other)
        => KeyType == other.KeyType && Curve == other.Curve && Same(First, other.First) && Same(Second, other.Second);

    private static bool Same(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

    private ref struct Members
    {
        private long? _keyType;
        private long? _algorithm;
        private ulong _labels;
        private long? _curve;
        private byte[]? _one;
        private byte[]? _two;
        private byte[]? _three;

        internal void Read(long label, ref CborReader reader)
        {
            switch (label)
            {
                case 1:
                    _keyType = Integer(ref reader, "kty");
                    break;
                case 3:
                    _algorithm = Integer(ref reader, "alg");
                    break;
                case -1 when reader.Peek() == CborType.Bytes:
                    _one = Bytes(ref reader, "-1");
                    break;
                case -1:
                    _curve = Integer(ref reader, "crv");
                    break;
                case -2:
                    _two = Bytes(ref reader, "-2");
                    break;
                case -3:
                    // "MUST NOT use the compressed point form" (§5.8.5): there y is a boolean.
                    Require(reader.Peek() != CborType.Simple, WebAuthnError.KeyPoint, "A compressed point.");
                    _three = Bytes(ref reader, "-3");
                    break;
                case < -3 and >= LastPrivateRsaLabel:
                    _labels |= 1UL << (int)-label;
                    reader.Skip();
                    break;
                default:
                    // "MUST NOT contain any other OPTIONAL parameters" (§6.5.1)
                    throw new WebAuthnException(WebAuthnError.KeyMembers, "A member that does not belong in a credential's key.");
            }
        }

        internal readonly CoseKey ToKey()
        {
            Require(_keyType is not null && _algorithm is not null, WebAuthnError.KeyMembers, "kty or alg is missing.");

            // SECURITY: a sender that publishes its private key has no key any more.
            Require(!(_keyType is Okp or Ec2 && (_labels & (1 << 4)) != 0), WebAuthnError.KeyPrivate);
            Require(!(_keyType == Akp && _two is not null), WebAuthnError.KeyPrivate);
            Require(!(_keyType == Rsa && (_labels != 0 || _three is not null)), WebAuthnError.KeyPrivate);
            Require(_labels == 0, WebAuthnError.KeyMembers, "A member that does not belong in a credential's key.");

            return _keyType switch
            {
                Rsa => new CoseKey { KeyType = Rsa, Algorithm = _algorithm.Value, First = _one, Second = _two, Curve = _curve },
                Akp => new CoseKey { KeyType = Akp, Algorithm = _algorithm.Value, First = _one, Second = _three, Curve = _curve },
                _ => new CoseKey { KeyType = _keyType.Value, Algorithm = _algorithm.Value, Curve = _curve, First = _two, Second = _three },
            };
        }

        private static long Integer(ref CborReader reader, string name)
        {
            Require(reader.TryReadInteger(out var value), WebAuthnError.KeyMembers, name);
            return value;
        }

        private static byte[] Bytes(ref CborReader reader, string name)
        {
            Require(reader.TryReadBytes(out var value), WebAuthnError.KeyMembers, name);
            return value.ToArray();
        }
    }
}
