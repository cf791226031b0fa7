using System.Security.Cryptography;
using NSec.Cryptography;

namespace Moi.Identity.Testing;

/// <summary>A credential key pair of one COSE algorithm.</summary>
public abstract class SoftKey : IDisposable
{
    /// <summary>Algorithms a key can be made for, apart from RS1 (-65535), which nobody should offer.</summary>
    public static IReadOnlyList<int> Algorithms { get; } =
        [-7, -35, -36, -8, -257, -37, -9, -19, -38, -39, -47, -48, -49, -50, -51, -52, -53, -258, -259];

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
        -7 or -9 => new Ec(algorithm, 1, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
        -35 or -51 => new Ec(algorithm, 2, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
        -36 or -52 => new Ec(algorithm, 3, ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
        -47 => new Ec(algorithm, 8, ECCurve.CreateFromValue("1.3.132.0.10"), HashAlgorithmName.SHA256),
        -8 or -19 => new Ed25519(algorithm),
        -53 => new SoftEd448Key(),
        -48 or -49 or -50 => new SoftMLDsaKey(algorithm),
        -257 => new Rsa(algorithm, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        -258 => new Rsa(algorithm, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        -259 => new Rsa(algorithm, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        -37 => new Rsa(algorithm, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        -38 => new Rsa(algorithm, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        -39 => new Rsa(algorithm, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        -65535 => new Rsa(algorithm, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
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
        private readonly HashAlgorithmName _hash;
        private readonly RSASignaturePadding _padding;

        internal Rsa(int algorithm, HashAlgorithmName hash, RSASignaturePadding padding)
        {
            (_hash, _padding, Algorithm) = (hash, padding, algorithm);
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
                return _key.SignData(data, _hash, _padding);
            }
        }

        protected override void Dispose(bool disposing) => _key.Dispose();
    }

    private sealed class Ed25519 : SoftKey
    {
        private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

        internal Ed25519(int algorithm)
        {
            Algorithm = algorithm;
            CoseKey = Cbor.Map(
                (1, Cbor.Number(1)), (3, Cbor.Number(algorithm)), (-1, Cbor.Number(6)), (-2, Cbor.Bytes(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey))));
            SubjectPublicKeyInfo = _key.PublicKey.Export(KeyBlobFormat.PkixPublicKey);
        }

        public override int Algorithm { get; }

        public override byte[] CoseKey { get; }

        public override byte[] SubjectPublicKeyInfo { get; }

        public override byte[] Sign(byte[] data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

        protected override void Dispose(bool disposing) => _key.Dispose();
    }
}
