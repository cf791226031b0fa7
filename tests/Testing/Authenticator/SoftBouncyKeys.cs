using System.Formats.Asn1;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Org.BouncyCastle.Security;

namespace Moi.Identity.Testing;

/// <summary>Ed448 (-53).</summary>
internal sealed class SoftEd448Key : SoftKey
{
    private readonly Ed448PrivateKeyParameters _key = new(new SecureRandom());

    internal SoftEd448Key()
    {
        var publicKey = _key.GeneratePublicKey().GetEncoded();
        CoseKey = Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-53)), (-1, Cbor.Number(7)), (-2, Cbor.Bytes(publicKey)));
        SubjectPublicKeyInfo = KeyInfo("1.3.101.113", publicKey);
    }

    public override int Algorithm => -53;

    public override byte[] CoseKey { get; }

    public override byte[] SubjectPublicKeyInfo { get; }

    public override byte[] Sign(byte[] data)
    {
        var signature = new byte[Ed448.SignatureSize];
        _key.Sign(Ed448.Algorithm.Ed448, [], data, 0, data.Length, signature, 0);
        return signature;
    }

    internal static byte[] KeyInfo(string algorithm, byte[] publicKey)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(algorithm);
            }

            writer.WriteBitString(publicKey);
        }

        return writer.Encode();
    }

    protected override void Dispose(bool disposing)
    {
        // Managed memory only.
    }
}

/// <summary>ML-DSA-44, -65 and -87 (-48, -49, -50).</summary>
internal sealed class SoftMLDsaKey : SoftKey
{
    private readonly MLDsaParameters _set;
    private readonly MLDsaPrivateKeyParameters _key;

    internal SoftMLDsaKey(int algorithm)
    {
        Algorithm = algorithm;
        (_set, var oid) = algorithm switch
        {
            -48 => (MLDsaParameters.ml_dsa_44, "2.16.840.1.101.3.4.3.17"),
            -49 => (MLDsaParameters.ml_dsa_65, "2.16.840.1.101.3.4.3.18"),
            _ => (MLDsaParameters.ml_dsa_87, "2.16.840.1.101.3.4.3.19"),
        };
        var generator = new MLDsaKeyPairGenerator();
        generator.Init(new MLDsaKeyGenerationParameters(new SecureRandom(), _set));
        var pair = generator.GenerateKeyPair();
        _key = (MLDsaPrivateKeyParameters)pair.Private;
        var publicKey = ((MLDsaPublicKeyParameters)pair.Public).GetEncoded();
        CoseKey = Cbor.Map((1, Cbor.Number(7)), (3, Cbor.Number(algorithm)), (-1, Cbor.Bytes(publicKey)));
        SubjectPublicKeyInfo = SoftEd448Key.KeyInfo(oid, publicKey);
    }

    public override int Algorithm { get; }

    public override byte[] CoseKey { get; }

    public override byte[] SubjectPublicKeyInfo { get; }

    public override byte[] Sign(byte[] data)
    {
        var signer = new MLDsaSigner(_set, deterministic: true);
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(data, 0, data.Length);
        return signer.GenerateSignature();
    }

    protected override void Dispose(bool disposing)
    {
        // Managed memory only.
    }
}
