using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Discovery;

/// <summary>
/// OpenID Connect Discovery 1.0 §3 and RFC 8414 §2: exactly what is on, and nothing that is off. Built once.
/// </summary>
internal sealed class DiscoveryDocument
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        // Addresses stay readable; the document is served as JSON, never inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public DiscoveryDocument(IOptions<IdpOptions> options, IOptions<AssuranceOptions> assurance)
    {
        Bytes = Encoding.UTF8.GetBytes(Build(options.Value.Issuer, AssuranceLevels.Attainable(assurance.Value)).ToJsonString(Plain));
    }

    internal ReadOnlyMemory<byte> Bytes { get; }

    private static JsonObject Build(string issuer, IReadOnlyList<string> levels) => new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = issuer + "connect/authorize",
        ["pushed_authorization_request_endpoint"] = issuer + "connect/par",
        ["token_endpoint"] = issuer + "connect/token",
        ["device_authorization_endpoint"] = issuer + "connect/device",
        ["userinfo_endpoint"] = issuer + "connect/userinfo",
        ["introspection_endpoint"] = issuer + "connect/introspect",
        ["revocation_endpoint"] = issuer + "connect/revoke",
        ["end_session_endpoint"] = issuer + "connect/logout",
        ["jwks_uri"] = issuer + "connect/jwks",
        ["scopes_supported"] = List(ScopeCatalogue.Names),
        ["claims_supported"] = List(
            ["iss", "aud", "azp", "exp", "iat", "nonce", "at_hash", .. ScopeCatalogue.All.SelectMany(s => s.Claims)]),
        ["response_types_supported"] = List(["code"]),
        ["response_modes_supported"] = List(["query"]),
        ["grant_types_supported"] = List(ClientProfile.Basic.GrantTypes),
        ["code_challenge_methods_supported"] = List(["S256"]),
        ["subject_types_supported"] = List(["pairwise"]),
        ["acr_values_supported"] = List(levels),
        ["prompt_values_supported"] = List(["none", "login", "consent", "select_account"]),
        ["ui_locales_supported"] = List(Languages.All.Select(l => l.Culture.Name)),
        ["id_token_signing_alg_values_supported"] = List(RingKey.Algorithms),
        ["token_endpoint_auth_methods_supported"] = List(ClientProfile.Basic.AuthMethods),
        ["token_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["introspection_endpoint_auth_methods_supported"] = List(ClientProfile.Basic.AuthMethods.Where(m => m != "none")),
        ["introspection_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["revocation_endpoint_auth_methods_supported"] = List(ClientProfile.Basic.AuthMethods),
        ["revocation_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["authorization_response_iss_parameter_supported"] = true,
        ["require_pushed_authorization_requests"] = false,
        ["backchannel_logout_supported"] = true,
        ["backchannel_logout_session_supported"] = true,
        ["claims_parameter_supported"] = false,
        ["request_parameter_supported"] = false,
        ["request_uri_parameter_supported"] = false,
    };

    private static JsonArray List(IEnumerable<string> values)
        => new([.. values.Select(value => (JsonNode)JsonValue.Create(value))]);
}
