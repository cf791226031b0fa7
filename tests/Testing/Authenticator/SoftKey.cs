using System.Security.Cryptography;
using NSec.Cryptography;

namespace Moi.Identity.Testing;

/// <summary>A credential key pair of one COSE algorithm.</summary>
public abstract class SoftKey : IDisposable
{
    /// <summary>Algorithms a key can be made for: ES256, ES384, ES512, EdDSA, RS256, PS256.</summary>
    public static IReadOnlyList<int> Algorithms { get; } = [-7, -35, -36, -8, -257, -37];

    /// <summary>The COSE algorithm identifier.</summary>
    public abstract int Algorithm { get; }

    /// <summary>The public key as a COSE_Key in canonical order.</summary>
    public abstract byte[] CoseKey { get; }

    /// <summary>The public key as X.509 SubjectPublicKeyInfo.</summary>
    public abstract byte[] SubjectPublicKeyInfo { get; }

    /// <summary>A signature in the encoding of WebAuthn §6.5.5. Thread-safe.</summary>
    public abstract byte[] Sign(byte[] data);

    /// <summary>Makes a key pair.</summary>
    public static SoftKey Create(int algorithm) => algorithm switch
    {
        -7 => new Ec(algorithm, 1, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
        -35 => new Ec(algorithm, 2, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
        -36 => new Ec(algorithm, 3, ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        -8 => new Ed25519(),
        -257 => new Rsa(algorithm, RSASignaturePadding.Pkcs1),
        -37 => new Rsa(algorithm, RSASignaturePadding.Pss),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No such algorithm here."),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the key.</summary>
    protected abstract void Dispose(bool disposing);

    private sealed class Ec : SoftKey
    {
        private readonly ECDsa _key;
        private readonly HashAlgorithmName _hash;

        internal Ec(int algorithm, int curve, ECCurve named, HashAlgorithmName hash)
        {
            (_key, _hash, Algorithm) = (ECDsa.Create(named), hash, algorithm);
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            CoseKey = Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(algorithm)), (-1, Cbor.Number(curve)), (-2, Cbor.Bytes(point.X)), (-3, Cbor.Bytes(point.Y)));
            SubjectPublicKeyInfo = _key.ExportSubjectPublicKeyInfo();
        }

        public override int Algorithm { get; }

        public override byte[] CoseKey { get; }

        public override byte[] SubjectPublicKeyInfo { get; }

        public override byte[] Sign(byte[] data)
        {
            lock (_key)
            {
                return _key.SignData(data, _hash, DSASignatureFormat.Rfc3279DerSequence);
            }
        }

        protected override void Dispose(bool disposing) => _key.Dispose();
    }

    private sealed class Rsa : SoftKey
    {
        private readonly RSA _key = RSA.Create(2048);
        private readonly RSASignaturePadding _padding;

        internal Rsa(int algorithm, RSASignaturePadding padding)
        {
            (_padding, Algorithm) = (padding, algorithm);
            var key = _key.ExportParameters(includePrivateParameters: false);
            CoseKey = Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(algorithm)), (-1, Cbor.Bytes(key.Modulus)), (-2, Cbor.Bytes(key.Exponent)));
            SubjectPublicKeyInfo = _key.ExportSubjectPublicKeyInfo();
        }

        public override int Algorithm { get; }

        public override byte[] CoseKey { get; }

        public override byte[] SubjectPublicKeyInfo { get; }

        public override byte[] Sign(byte[] data)
        {
            lock (_key)
            {
                return _key.SignData(data, HashAlgorithmName.SHA256, _padding);
            }
        }

        protected override void Dispose(bool disposing) => _key.Dispose();
    }

    private sealed class Ed25519 : SoftKey
    {
        private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

        internal Ed25519()
        {
            CoseKey = Cbor.Map(
                (1, Cbor.Number(1)), (3, Cbor.Number(-8)), (-1, Cbor.Number(6)), (-2, Cbor.Bytes(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey))));
            SubjectPublicKeyInfo = _key.PublicKey.Export(KeyBlobFormat.PkixPublicKey);
        }

        public override int Algorithm => -8;

        public override byte[] CoseKey { get; }

        public override byte[] SubjectPublicKeyInfo { get; }

        public override byte[] Sign(byte[] data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

        protected override void Dispose(bool disposing) => _key.Dispose();
    }
}
