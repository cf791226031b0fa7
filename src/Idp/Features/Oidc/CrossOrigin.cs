using Microsoft.AspNetCore.Cors.Infrastructure;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// Which pages of other sites may call what a public client needs, from the browser (Fetch §3.3, CORS): those of an origin to which a
/// registered one is redirected. What is public, every page may read.
/// </summary>
/// <remarks>
/// SECURITY: without credentials, always. No endpoint for programs looks at a cookie, and a page that is let in learns what its
/// own code, token and proof open, and no more.
/// </remarks>
internal sealed class CrossOrigin(ClientCatalog clients) : ICorsPolicyProvider
{
    private static readonly HashSet<string> ForClients = new(StringComparer.Ordinal)
    {
        "/connect/par", "/connect/token", "/connect/userinfo", "/connect/revoke",
    };

    private readonly CorsPolicy _calledByClients = new CorsPolicyBuilder()
        .SetIsOriginAllowed(clients.IsOriginOfPublicClient)
        .WithMethods("GET", "POST")
        .WithHeaders("Authorization", "Content-Type", "DPoP")
        .WithExposedHeaders("DPoP-Nonce", "WWW-Authenticate", "Retry-After")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
        .Build();

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
        => Task.FromResult(context.Request.Path.Value is { } path && ForClients.Contains(path) ? _calledByClients : null);
}
