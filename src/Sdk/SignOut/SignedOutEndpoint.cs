using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Moi.Identity.Pages;

namespace Moi.Identity.SignOut;

/// <summary>GET /moi/signed-out: where the provider sends citizens after signing out.</summary>
internal static class SignedOutEndpoint
{
    internal static Task HandleAsync(HttpContext context, IOptions<MoiIdentityOptions> options, Page page)
    {
        if (options.Value.SignedOutRedirect is not { } path)
        {
            return page.ShowSignedOutAsync(context);
        }

        context.Response.Redirect(context.Request.PathBase + path);
        return Task.CompletedTask;
    }
}
