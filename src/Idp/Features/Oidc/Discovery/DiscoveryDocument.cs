using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.DynamicRegistration;
using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Discovery;

/// <summary>
/// OpenID Connect Discovery 1.0 §3 and RFC 8414 §2: exactly what is on, and nothing that is off. Built anew when the
/// registered types of authorization details change.
/// </summary>
internal sealed class DiscoveryDocument
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        // Addresses stay readable; the document is served as JSON, never inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ClientCatalog _clients;
    private readonly JsonObject _fixed;
    private Built _built;

    public DiscoveryDocument(
        IOptions<IdpOptions> options, IOptions<AssuranceOptions> assurance, IOptions<RegistrationOptions> registration, ClientCatalog clients)
    {
        _clients = clients;
        _fixed = Build(options.Value, AssuranceLevels.Attainable(assurance.Value));
        if (registration.Value.Enabled)
        {
            _fixed["registration_endpoint"] = options.Value.Issuer + "connect/register";
        }

        _built = Make(clients.DetailTypes);
    }

    internal PublishedDocument Document
    {
        get
        {
            var types = _clients.DetailTypes;
            return (ReferenceEquals(_built.DetailTypes, types) ? _built : _built = Make(types)).Document;
        }
    }

    internal ReadOnlyMemory<byte> Bytes => Document.Bytes;

    private static JsonObject Build(IdpOptions idp, IReadOnlyList<string> levels)
    {
        var document = Build(idp.Issuer, [.. ClientProfile.Basic.AuthMethods.Where(idp.MutualTls.Offers)], levels);
        if (idp.MutualTls.Enabled)
        {
            document["tls_client_certificate_bound_access_tokens"] = true;
        }

        if (idp.MutualTls.Authority is { } authority)
        {
            var address = $"{idp.Origin.Scheme}://{authority}/connect/";
            document["mtls_endpoint_aliases"] = new JsonObject
            {
                ["pushed_authorization_request_endpoint"] = address + "par",
                ["token_endpoint"] = address + "token",
                ["device_authorization_endpoint"] = address + "device",
                ["userinfo_endpoint"] = address + "userinfo",
                ["introspection_endpoint"] = address + "introspect",
                ["revocation_endpoint"] = address + "revoke",
            };
        }

        return document;
    }

    private Built Make(IReadOnlyList<string> detailTypes)
    {
        var document = _fixed.DeepClone().AsObject();
        if (detailTypes.Count > 0)
        {
            document["authorization_details_types_supported"] = List(detailTypes);
        }

        return new Built(detailTypes, new PublishedDocument("application/json", Encoding.UTF8.GetBytes(document.ToJsonString(Plain))));
    }

    private static JsonObject Build(string issuer, IReadOnlyList<string> methods, IReadOnlyList<string> levels) => new()
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
        ["response_modes_supported"] = List(ResponseMode.All),
        ["grant_types_supported"] = List(ClientProfile.Basic.GrantTypes),
        ["code_challenge_methods_supported"] = List(["S256"]),
        ["subject_types_supported"] = List(["pairwise"]),
        ["acr_values_supported"] = List(levels),
        ["prompt_values_supported"] = List(["none", "login", "consent", "select_account"]),
        ["ui_locales_supported"] = List(Languages.All.Select(l => l.Culture.Name)),
        ["id_token_signing_alg_values_supported"] = List(RingKey.Algorithms),
        ["token_endpoint_auth_methods_supported"] = List(methods),
        ["token_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["introspection_endpoint_auth_methods_supported"] = List(methods.Where(m => m != "none")),
        ["introspection_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["revocation_endpoint_auth_methods_supported"] = List(methods),
        ["revocation_endpoint_auth_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["dpop_signing_alg_values_supported"] = List(DpopPolicy.Rules.Algorithms),
        ["authorization_response_iss_parameter_supported"] = true,
        ["require_pushed_authorization_requests"] = false,
        ["backchannel_logout_supported"] = true,
        ["backchannel_logout_session_supported"] = true,
        ["authorization_signing_alg_values_supported"] = List(RingKey.Algorithms),
        ["userinfo_signing_alg_values_supported"] = List(RingKey.Algorithms),
        ["introspection_signing_alg_values_supported"] = List(RingKey.Algorithms),
        ["request_object_signing_alg_values_supported"] = List(ClientProfile.Basic.AssertionAlgs),
        ["require_signed_request_object"] = false,
        ["claims_parameter_supported"] = true,
        ["request_parameter_supported"] = true,
        ["request_uri_parameter_supported"] = false,
    };

    private static JsonArray List(IEnumerable<string> values)
        => new([.. values.Select(value => (JsonNode)JsonValue.Create(value))]);

    private sealed record Built(IReadOnlyList<string> DetailTypes, PublishedDocument Document);
}
