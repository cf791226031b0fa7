using System.Globalization;
using System.Text.Json;
using Moi.Identity.Idp.Features.Oidc;
using Moi.Identity.Idp.Features.Oidc.Discovery;
using Moi.Identity.Idp.Features.Oidc.Keys;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>The rules for this server, judged by the document and the keys that it really publishes.</summary>
internal sealed class ServerChecks(DiscoveryDocument discovery, SigningKeyRing ring)
{
    internal IReadOnlyList<Finding> Judge()
    {
        using var document = JsonDocument.Parse(discovery.Bytes);
        var root = document.RootElement;
        return
        [
            Check("S-HTTPS", [new(RuleSet.Fapi2, "§5.2.1"), Oauth("RFC 9700 §2.6")], Text(root, "issuer").StartsWith("https://", StringComparison.Ordinal), Text(root, "issuer")),
            Is(root, "S-RESPONSE", Oauth("RFC 9700 §2.1.2"), "response_types_supported", "code"),
            Is(root, "S-PKCE", Oauth("RFC 9700 §2.1.1"), "code_challenge_methods_supported", "S256"),
            Grants(root),
            Check("S-ISS", [new(RuleSet.Fapi2, "§5.3.2.2"), Oauth("RFC 9700 §2.1")], Flag(root, "authorization_response_iss_parameter_supported"), "iss"),
            Check(
                "S-PAR", [new(RuleSet.Fapi2, "§5.3.2.2")],
                root.TryGetProperty("pushed_authorization_request_endpoint", out _) && Lifetimes.PushedRequest < TimeSpan.FromSeconds(600),
                Seconds(Lifetimes.PushedRequest)),
            Check("S-CODE", [new(RuleSet.Fapi2, "§5.3.2.1")], Lifetimes.Code <= TimeSpan.FromSeconds(60), Seconds(Lifetimes.Code)),
            Algorithms(root),
            Check(
                "S-BOUND", [new(RuleSet.Fapi2, "§5.3.2.1")],
                root.TryGetProperty("dpop_signing_alg_values_supported", out _) || Flag(root, "tls_client_certificate_bound_access_tokens"),
                string.Join(' ', Texts(root, "dpop_signing_alg_values_supported").DefaultIfEmpty("–"))),
            Check(
                "S-SKEW", [new(RuleSet.Fapi2, "§5.3.2.1")], Lifetimes.ClockSkew <= TimeSpan.FromSeconds(10), Seconds(Lifetimes.ClockSkew)),
            Keys(),
            Is(root, "S-PAIRWISE", new Source(RuleSet.Own, ""), "subject_types_supported", "pairwise"),
            Check("S-LOGOUT", [new(RuleSet.Own, "")], Flag(root, "backchannel_logout_supported"), "backchannel_logout_supported"),
        ];
    }

    private static Finding Grants(JsonElement root)
    {
        var grants = Texts(root, "grant_types_supported").ToList();
        return Check(
            "S-GRANTS", [new(RuleSet.Fapi2, "§5.3.2.1"), Oauth("RFC 9700 §2.4")], !grants.Contains("password") && !grants.Contains("implicit"),
            string.Join(' ', grants));
    }

    /// <summary>No algorithm anywhere that signs nothing, or with a secret that both sides know.</summary>
    private static Finding Algorithms(JsonElement root)
    {
        var algs = root.EnumerateObject().Where(m => m.Name.EndsWith("_alg_values_supported", StringComparison.Ordinal))
            .SelectMany(m => m.Value.EnumerateArray().Select(value => value.GetString()!)).Distinct().Order(StringComparer.Ordinal).ToList();
        return Check(
            "S-ALG", [new(RuleSet.Fapi2, "§5.4.1")], algs.TrueForAll(alg => alg != "none" && !alg.StartsWith("HS", StringComparison.Ordinal)),
            string.Join(' ', algs));
    }

    private Finding Keys()
        => Check(
            "S-KEYS", [new(RuleSet.Fapi2, "§5.4.1")],
            RingKey.Algorithms.All(ring.Has) && ring.Keys.All(key => key.Credentials.Key.KeySize >= (key.Alg == RingKey.Es256 ? 256 : 2048)),
            string.Join(", ", ring.Keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key.Alg} {key.Credentials.Key.KeySize}"))));

    private static Finding Is(JsonElement root, string rule, Source source, string member, string only)
        => Check(rule, [source], Texts(root, member).SequenceEqual([only]), string.Join(' ', Texts(root, member)));

    private static Finding Check(string rule, IReadOnlyList<Source> sources, bool isMet, string value)
        => new(rule, sources, isMet ? Verdict.Met : Verdict.Broken, value, []);

    private static Source Oauth(string clause) => new(RuleSet.OAuth21, clause);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static IEnumerable<string> Texts(JsonElement root, string name)
        => root.TryGetProperty(name, out var value) ? value.EnumerateArray().Select(entry => entry.GetString()!) : [];
}
