using Microsoft.AspNetCore.Http;

namespace Moi.Identity.Sessions;

/// <summary>
/// What a signed-in citizen is shown stays in no cache, that of the Back button included: after the sign-out, the next person at
/// the computer would see it there. An answer for which the application has set <c>Cache-Control</c> keeps that.
/// </summary>
internal sealed class PrivateAnswersMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Asked at the end: where the application has another default scheme, authorization finds the citizen.
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                if (context.User.Identity?.IsAuthenticated == true && context.Response.Headers.CacheControl.Count == 0)
                {
                    context.Response.Headers.CacheControl = "no-store";
                }

                return Task.CompletedTask;
            },
            context);
        return next(context);
    }
}
