using Microsoft.AspNetCore.Cors.Infrastructure;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// Which pages of other sites may call an endpoint from the browser (Fetch §3.3, CORS): what is public, every page; what a public
/// client needs, pages of an origin to which a registered one is redirected.
/// </summary>
/// <remarks>
/// SECURITY: without credentials, always. No endpoint for programs looks at a cookie, and a page that is let in learns what its
/// own code, token and proof open, and no more.
/// </remarks>
internal sealed class CrossOrigin(ClientCatalog clients) : ICorsPolicyProvider
{
    /// <summary>What everybody may read anyway.</summary>
    private static readonly HashSet<string> Public = new(StringComparer.Ordinal)
    {
        "/connect/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
    };

    private static readonly HashSet<string> ForClients = new(StringComparer.Ordinal)
    {
        "/connect/par", "/connect/token", "/connect/userinfo", "/connect/revoke",
    };

    private static readonly CorsPolicy ReadByAll = new CorsPolicyBuilder().AllowAnyOrigin().WithMethods("GET", "HEAD").Build();

    private readonly CorsPolicy _calledByClients = new CorsPolicyBuilder()
        .SetIsOriginAllowed(clients.IsOriginOfPublicClient)
        .WithMethods("GET", "POST")
        .WithHeaders("Authorization", "Content-Type", "DPoP")
        .WithExposedHeaders("DPoP-Nonce", "WWW-Authenticate", "Retry-After")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
        .Build();

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
        => Task.FromResult(context.Request.Path.Value is not { } path ? null
            : Public.Contains(path) ? ReadByAll
            : ForClients.Contains(path) ? _calledByClients
            : null);
}
