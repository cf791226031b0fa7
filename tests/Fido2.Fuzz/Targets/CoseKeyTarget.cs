using System.Security.Cryptography;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The first byte of an input says, by its lowest bit, whether the key must be canonical; the key follows.</summary>
internal sealed class CoseKeyTarget : FuzzTarget
{
    internal override string Name => "cose-key";

    internal override IReadOnlyList<Type> Parsers => [typeof(CoseKey), typeof(VerificationKey)];

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var isCanonical = (input[0] & 1) != 0;
        var encoded = input[1..];
        CoseKey key;
        VerificationKey verifier;
        try
        {
            key = CoseKey.Parse(encoded, isCanonical);
            verifier = VerificationKey.Create(key);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error.ToString().StartsWith("Key", StringComparison.Ordinal), "A key is refused with a code that is not about keys.");
            return false;
        }

        Invariant.Same(Encode(key), CborOracle.Rewrite(encoded, isSorted: true), "The parsed key is not the one that was sent.");
        if (isCanonical)
        {
            Invariant.Same(Encode(key), encoded, "A key that is not canonical is accepted.");
        }

        Invariant.Holds((long)verifier.Algorithm == key.Algorithm && key.IsSameKeyAs(key), "The key lost its algorithm.");
        Refuses(verifier, []);
        Refuses(verifier, new byte[64]);
        return true;
    }

    private static void Refuses(VerificationKey key, byte[] signature)
    {
        try
        {
            key.Verify([1, 2, 3], signature);
        }
        catch (WebAuthnException)
        {
            return;
        }

        throw new BrokenInvariantException("A signature of zeros verifies.");
    }

    private static byte[] Encode(CoseKey key)
    {
        var members = new List<(long, byte[])> { (1, Cbor.Number(key.KeyType)), (3, Cbor.Number(key.Algorithm)) };
        switch (key.KeyType)
        {
            case CoseKey.Rsa:
                members.AddRange([(-1, Cbor.Bytes(key.First)), (-2, Cbor.Bytes(key.Second))]);
                break;
            case CoseKey.Akp:
                members.Add((-1, Cbor.Bytes(key.First)));
                break;
            default:
                members.AddRange([(-1, Cbor.Number(key.Curve!.Value)), (-2, Cbor.Bytes(key.First))]);
                break;
        }

        if (key.KeyType == CoseKey.Ec2)
        {
            members.Add((-3, Cbor.Bytes(key.Second)));
        }

        return Cbor.Map([.. members]);
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        // ML-DSA-65 and -87 differ from -44 in length alone.
        foreach (var algorithm in SoftKey.Algorithms.Append(-65535).Except([-49, -50]))
        {
            using var key = SoftKey.Create(algorithm);
            yield return ($"alg{algorithm}", [1, .. key.CoseKey]);
        }

        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = ec.ExportParameters(includePrivateParameters: true);
        yield return ("unsorted", [0, .. Cbor.Map((-2, Cbor.Bytes(point.Q.X)), (3, Cbor.Number(-7)), (1, Cbor.Number(2)), (-1, Cbor.Number(1)), (-3, Cbor.Bytes(point.Q.Y)))]);
        yield return ("compressed", [1, .. Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(point.Q.X)), (-3, Cbor.Bool(true)))]);
        yield return ("private", [1, .. Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(point.Q.X)), (-3, Cbor.Bytes(point.Q.Y)), (-4, Cbor.Bytes(new byte[32])))]);
        yield return ("other-member", [1, .. Cbor.Map((1, Cbor.Number(2)), (2, Cbor.Bytes([1])), (3, Cbor.Number(-7)))]);
    }
}
