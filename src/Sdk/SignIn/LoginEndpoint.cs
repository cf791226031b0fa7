using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Moi.Identity.SignIn;

/// <summary>GET /moi/login?returnUrl=/path: to the provider, and back to a path of this application.</summary>
internal static class LoginEndpoint
{
    internal static Task HandleAsync(HttpContext context, string? returnUrl) =>
        context.ChallengeAsync(
            MoiIdentityDefaults.ChallengeScheme,
            new AuthenticationProperties { RedirectUri = LocalPath.OrHome(returnUrl, context.Request.PathBase) });
}
