using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Features.Operations.Health;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// A server that cannot read the key ring would serve some requests and fail at others. It serves none, says so in one way,
/// and begins by itself when the reason is gone; <c>/health/ready</c> names the reason.
/// </summary>
internal sealed class RefuseWithoutKeyRing(RequestDelegate next, KeyRingCheck check)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (IsAlwaysServed(context.Request.Path)
            || (await check.CheckHealthAsync(new HealthCheckContext(), context.RequestAborted)).Status == HealthStatus.Healthy)
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "10";
    }

    /// <summary>Health, and what the error page needs.</summary>
    private static bool IsAlwaysServed(PathString path)
        => path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments("/assets", StringComparison.Ordinal);
}
