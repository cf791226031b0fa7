using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>OpenID Connect Core §3.1.3.7, and attack case T17 (CVE-2026-15612): one thing bent, no session.</summary>
public sealed class IdTokenTests
{
    public static TheoryData<string> Faults => [.. Bends.Keys];

    private static readonly Dictionary<string, Action<JwtDraft>> Bends = new()
    {
        ["step 2: wrong iss"] = t => t.Payload["iss"] = "https://evil.example/",
        ["step 2: iss without its final slash"] = t => t.Payload["iss"] = ((string)t.Payload["iss"]!).TrimEnd('/'),
        ["step 2: no iss"] = t => t.Payload.Remove("iss"),
        ["step 3: aud of another client"] = t => t.Payload["aud"] = "other",
        ["step 3: aud of us and another client"] = t => t.Payload["aud"] = new JsonArray("agency", "other"),
        ["step 3: no aud"] = t => t.Payload.Remove("aud"),
        ["T17 step 5: azp of another client"] = t => t.Payload["azp"] = "other",
        ["T17 step 5: azp is no text"] = t => t.Payload["azp"] = new JsonArray("agency"),
        ["step 6: wrong key"] = t => t.Key = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ["step 6: unknown kid"] = t => t.Header["kid"] = "unknown",
        ["step 6: broken signature"] = t => t.SignInstead = _ => new byte[64],
        ["step 7: alg none"] = t => (t.Header["alg"], t.SignInstead) = ("none", _ => []),
        ["step 6: no signature"] = t => t.SignInstead = _ => [],
        ["step 7: alg HS256 over the public key"] = t =>
            (t.Header["alg"], t.SignInstead) = ("HS256", input => HMACSHA256.HashData(t.Key.ExportSubjectPublicKeyInfo(), input)),
        ["step 7: alg RS256, which is not agreed"] = t =>
            (t.Header["alg"], t.SignInstead) = ("RS256", input => RSA.Create(2048).SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
        ["step 9: expired"] = t => t.Payload["exp"] = (long)t.Payload["iat"]! - 11,
        ["step 9: no exp"] = t => t.Payload.Remove("exp"),
        ["T17 step 10: old iat"] = t => t.Payload["iat"] = (long)t.Payload["iat"]! - 301,
        ["step 10: iat in the future"] = t => t.Payload["iat"] = (long)t.Payload["iat"]! + 15,
        ["step 10: no iat"] = t => t.Payload.Remove("iat"),
        ["T17 step 11: no nonce"] = t => t.Payload.Remove("nonce"),
        ["step 11: another nonce"] = t => t.Payload["nonce"] = "another",
        ["no sub"] = t => t.Payload.Remove("sub"),
        ["nbf in the future"] = t => t.Payload["nbf"] = (long)t.Payload["iat"]! + 60,
        ["typ at+jwt: an access token"] = t => t.Header["typ"] = "at+jwt",
        ["typ logout+jwt: a logout token"] = t => t.Header["typ"] = "logout+jwt",
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Is_refused(string fault)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.BendIdToken = Bends[fault];

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-TOK-101");
        agency.Provider.AuthorizeCount.ShouldBe(1, "no second journey");
        agency.Browser.Cookies.GetCookies(new Uri(agency.Origin))["moi-session"].ShouldBeNull();
        agency.Provider.BendIdToken = _ => { };
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("no typ")]
    [InlineData("azp of ours")]
    [InlineData("a clock nine seconds ahead")]
    public async Task Is_accepted(string variant)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.BendIdToken = variant switch
        {
            "no typ" => t => t.Header.Remove("typ"),
            "azp of ours" => t => t.Payload["azp"] = "agency",
            _ => t => t.Payload["iat"] = (long)t.Payload["iat"]! + 9,
        };

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
    }
}
