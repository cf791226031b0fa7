using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.SecurityEvents;

namespace Moi.Identity.Idp.Features.Oidc.Discovery;

/// <summary>Discovery and keys as bytes that were made beforehand.</summary>
internal static class WellKnown
{
    /// <summary>Short enough that a new key is known well before it signs.</summary>
    private const string CacheFor = "public, max-age=300";

    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        var document = endpoints.ServiceProvider.GetRequiredService<DiscoveryDocument>();
        var ring = endpoints.ServiceProvider.GetRequiredService<SigningKeyRing>();
        RequestDelegate metadata = http => WriteAsync(http, "application/json", document.Bytes);
        endpoints.MapGet("/.well-known/openid-configuration", metadata).AllowAnonymous();
        endpoints.MapGet("/.well-known/oauth-authorization-server", metadata).AllowAnonymous();
        var signals = endpoints.ServiceProvider.GetRequiredService<SsfConfiguration>();
        RequestDelegate transmitter = http => WriteAsync(http, "application/json", signals.Bytes);
        endpoints.MapGet(SsfConfiguration.Path, transmitter).AllowAnonymous();
        RequestDelegate keys = http => WriteAsync(http, "application/jwk-set+json", ring.Jwks);
        endpoints.MapGet("/connect/jwks", keys).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext http, string type, ReadOnlyMemory<byte> bytes)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.CacheControl = CacheFor;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
