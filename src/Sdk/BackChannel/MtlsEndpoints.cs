using System.Text.Json;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Dpop;

namespace Moi.Identity.BackChannel;

/// <summary>RFC 8705 §5: "an authorization server … MAY … use different endpoints for clients that do mutual TLS", named in <c>mtls_endpoint_aliases</c>.</summary>
internal static class MtlsEndpoints
{
    /// <summary>The address at which a client with a certificate finds an endpoint: its alias, or the endpoint itself.</summary>
    internal static Uri Of(OpenIdConnectConfiguration configuration, Uri endpoint) =>
        Alias(configuration, endpoint.AbsoluteUri == configuration.TokenEndpoint ? "token_endpoint"
            : endpoint.AbsoluteUri == configuration.PushedAuthorizationRequestEndpoint ? "pushed_authorization_request_endpoint"
            : endpoint.AbsoluteUri == configuration.UserInfoEndpoint ? "userinfo_endpoint"
            : null) is { } alias
            ? new Uri(alias)
            : endpoint;

    private static string? Alias(OpenIdConnectConfiguration configuration, string? name)
    {
        if (name is null || !configuration.AdditionalData.TryGetValue("mtls_endpoint_aliases", out var value))
        {
            return null;
        }

        // The library keeps what it does not know as the JSON it was.
        return StrictText.TryReadObject(System.Text.Encoding.UTF8.GetBytes(value.ToString() ?? ""), out var aliases) ? Read(aliases, name) : null;
    }

    private static string? Read(JsonDocument aliases, string name)
    {
        using (aliases)
        {
            // SECURITY: a certificate is of no use without TLS.
            return aliases.RootElement.String(name) is { } address && address.StartsWith("https:", StringComparison.Ordinal) ? address : null;
        }
    }
}
