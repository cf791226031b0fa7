using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Moi.Identity.Dpop;

/// <summary>The public key of a proof's <c>jwk</c> header parameter (RFC 7517, RFC 7518 §6).</summary>
internal static class DpopKey
{
    /// <summary>FAPI 2.0 §5.4.2: "RSA keys shall have a minimum length of 2048 bits". The longest bounds what a sender can make us compute.</summary>
    private const int ShortestRsa = 2048;
    private const int LongestRsa = 4096;

    /// <summary>RFC 7518 §6.2.2, §6.3.2, §6.4.1: members that only a private or a symmetric key has.</summary>
    private static readonly string[] Secrets = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private static readonly Dictionary<string, Ec> Curves = new()
    {
        ["ES256"] = new("P-256", ECCurve.NamedCurves.nistP256, 32, HashAlgorithmName.SHA256),
        ["ES384"] = new("P-384", ECCurve.NamedCurves.nistP384, 48, HashAlgorithmName.SHA384),
        ["ES512"] = new("P-521", ECCurve.NamedCurves.nistP521, 66, HashAlgorithmName.SHA512),
    };

    private static readonly Dictionary<string, HashAlgorithmName> Pss = new()
    {
        ["PS256"] = HashAlgorithmName.SHA256,
        ["PS384"] = HashAlgorithmName.SHA384,
        ["PS512"] = HashAlgorithmName.SHA512,
    };

    /// <summary>Every algorithm that can be allowed. EdDSA is none of them: the base library of .NET 10 has no Ed25519.</summary>
    internal static IEnumerable<string> Algorithms => Curves.Keys.Concat(Pss.Keys);

    /// <summary>Verifies a signature by the key in a <c>jwk</c>.</summary>
    /// <returns>The key's thumbprint (RFC 7638), or what is wrong.</returns>
    internal static (string? Thumbprint, DpopError Error) Verify(
        JsonElement jwk, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        // RFC 9449 §4.3 step 7: "The jwk JOSE Header Parameter does not contain a private key."
        if (Secrets.Any(secret => jwk.TryGetProperty(secret, out _)) || jwk.String("kty") == "oct")
        {
            return (null, DpopError.KeyIsPrivate);
        }

        try
        {
            return Curves.TryGetValue(algorithm, out var curve) ? VerifyEc(jwk, curve, signed, signature)
                : Pss.TryGetValue(algorithm, out var hash) ? VerifyRsa(jwk, hash, signed, signature)
                : (null, DpopError.AlgorithmNotAllowed);
        }
        catch (CryptographicException)
        {
            // SECURITY: a point that is not on the curve (RFC 8725 §3.4) fails here, at import.
            return (null, DpopError.KeyInvalid);
        }
    }

    private static (string? Thumbprint, DpopError Error) VerifyEc(JsonElement jwk, Ec curve, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (jwk.String("kty") != "EC" || jwk.String("crv") != curve.Name)
        {
            return (null, DpopError.KeyNotSupported);
        }

        // RFC 7518 §6.2.1.2: "The length of this octet string MUST be the full size of a coordinate for the curve".
        if (Bytes(jwk, "x") is not { } x || x.Length != curve.Size || Bytes(jwk, "y") is not { } y || y.Length != curve.Size)
        {
            return (null, DpopError.KeyInvalid);
        }

        using var key = ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } });
        return key.VerifyData(signed, signature, curve.Hash)
            ? (Hash($$"""{"crv":"{{curve.Name}}","kty":"EC","x":"{{Text(x)}}","y":"{{Text(y)}}"}"""), default)
            : (null, DpopError.SignatureInvalid);
    }

    private static (string? Thumbprint, DpopError Error) VerifyRsa(
        JsonElement jwk, HashAlgorithmName hash, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (jwk.String("kty") != "RSA")
        {
            return (null, DpopError.KeyNotSupported);
        }

        // RFC 7518 §6.3.1.1: no more octets than the number needs. An exponent beyond 32 bits makes verification slow (FIPS 186-5 §5.1 sets the floor).
        if (Bytes(jwk, "n") is not [> 0, ..] n || Bits(n) is < ShortestRsa or > LongestRsa || (n[^1] & 1) == 0
            || Bytes(jwk, "e") is not [> 0, ..] e || e.Length > 4 || (e[^1] & 1) == 0 || new BigInteger(e, isUnsigned: true, isBigEndian: true) < 65537)
        {
            return (null, DpopError.KeyInvalid);
        }

        using var key = RSA.Create(new RSAParameters { Modulus = n, Exponent = e });
        return key.VerifyData(signed, signature, hash, RSASignaturePadding.Pss)
            ? (Hash($$"""{"e":"{{Text(e)}}","kty":"RSA","n":"{{Text(n)}}"}"""), default)
            : (null, DpopError.SignatureInvalid);
    }

    private static byte[]? Bytes(JsonElement jwk, string member) => jwk.String(member) is { } text ? StrictText.Base64UrlBytes(text) : null;

    private static long Bits(byte[] number) => new BigInteger(number, isUnsigned: true, isBigEndian: true).GetBitLength();

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>RFC 7638 §3: the hash of the required members, in lexicographic order, without white space.</summary>
    private static string Hash(string members) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));

    private sealed record Ec(string Name, ECCurve Curve, int Size, HashAlgorithmName Hash);
}
