using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.SecurityEvents;

namespace Moi.Identity.Idp.Features.Oidc.Discovery;

/// <summary>Where discovery and keys are served.</summary>
internal static class WellKnown
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        var document = endpoints.ServiceProvider.GetRequiredService<DiscoveryDocument>();
        var ring = endpoints.ServiceProvider.GetRequiredService<SigningKeyRing>();
        endpoints.MapMethods("/.well-known/openid-configuration", Methods, http => document.Document.WriteAsync(http)).AllowAnonymous();
        endpoints.MapMethods("/.well-known/oauth-authorization-server", Methods, http => document.Document.WriteAsync(http)).AllowAnonymous();
        endpoints.MapMethods("/connect/jwks", Methods, http => ring.Jwks.WriteAsync(http)).AllowAnonymous();
        var signals = endpoints.ServiceProvider.GetRequiredService<SsfConfiguration>().Document;
        endpoints.MapMethods(SsfConfiguration.Path, Methods, signals.WriteAsync).AllowAnonymous();
    }
}
