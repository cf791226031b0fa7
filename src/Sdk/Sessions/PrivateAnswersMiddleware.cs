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
        if (context.User.Identity?.IsAuthenticated == true)
        {
            context.Response.OnStarting(
                static state =>
                {
                    var headers = ((HttpResponse)state).Headers;
                    if (headers.CacheControl.Count == 0)
                    {
                        headers.CacheControl = "no-store";
                    }

                    return Task.CompletedTask;
                },
                context.Response);
        }

        return next(context);
    }
}
