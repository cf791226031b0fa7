using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>A DPoP proof before it is signed: valid by default for one request, and everything of it can be bent.</summary>
internal sealed class ProofDraft
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    internal const string Address = "https://api.example.gov.tw/taxes/2026";

    internal ProofDraft(AsymmetricAlgorithm? key = null)
    {
        Key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = AlgorithmOf(Key), ["jwk"] = PublicKeyOf(Key) };
        Payload = new JsonObject
        {
            ["jti"] = "e1j3V_bKic8-LAEB",
            ["htm"] = "GET",
            ["htu"] = Address,
            ["iat"] = Now.ToUnixTimeSeconds(),
        };
    }

    internal AsymmetricAlgorithm Key { get; }

    internal JsonObject Header { get; }

    internal JsonObject Payload { get; }

    internal JsonObject Jwk => (JsonObject)Header["jwk"]!;

    internal Func<string, string> BendHeaderText { get; set; } = text => text;

    internal Func<string, string> BendPayloadText { get; set; } = text => text;

    /// <summary>Bends what is sent, after it was signed.</summary>
    internal Func<string, string> BendProof { get; set; } = text => text;

    /// <summary>The values of the header field; one by default.</summary>
    internal Func<string, string?[]> Send { get; set; } = text => [text];

    internal DpopRules Rules { get; set; } = new() { Algorithms = [.. DpopKey.Algorithms] };

    internal Func<DpopRequest, DpopRequest> BendRequest { get; set; } = request => request;

    internal DpopResult Check() => DpopProof.Check(BendRequest(new DpopRequest(Send(Write()), "GET", Address)), Rules, Now);

    internal string Write()
    {
        var signed = Encode(BendHeaderText(Header.ToJsonString())) + "." + Encode(BendPayloadText(Payload.ToJsonString()));
        return BendProof(signed + "." + Base64UrlEncoder.Encode(Sign(Encoding.ASCII.GetBytes(signed))));
    }

    internal static JsonObject PublicKeyOf(AsymmetricAlgorithm key)
    {
        if (key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["n"] = Base64UrlEncoder.Encode(numbers.Modulus), ["e"] = Base64UrlEncoder.Encode(numbers.Exponent) };
        }

        var point = ((ECDsa)key).ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = key.KeySize switch { 256 => "P-256", 384 => "P-384", _ => "P-521" },
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
    }

    private static string AlgorithmOf(AsymmetricAlgorithm key) => key is RSA ? "PS256" : key.KeySize switch { 256 => "ES256", 384 => "ES384", _ => "ES512" };

    private static string Encode(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));

    private byte[] Sign(byte[] signed) => Header["alg"]?.ToString() switch
    {
        "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes("secret"), signed),
        "RS256" => ((RSA)Key).SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "PS384" => ((RSA)Key).SignData(signed, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        "PS512" => ((RSA)Key).SignData(signed, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        _ => Key is RSA rsa
            ? rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
            : ((ECDsa)Key).SignData(signed, Key.KeySize switch { 256 => HashAlgorithmName.SHA256, 384 => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 }),
    };
}
