namespace Moi.Identity.Idp.Web;

/// <summary>Every redirect that answers a form is a 303 See Other, whoever wrote it: a page, the protocol, the framework.</summary>
/// <remarks>
/// SECURITY: FAPI 2.0 Security Profile §5.3.2.2 and RFC 9700 §4.12. What was posted must not be posted again to where the redirect
/// leads. 302, the framework's own, only lets browsers go on with GET (RFC 9110 §15.4.3); 303 makes them.
/// </remarks>
internal sealed class SeeOther(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.OnStarting(static state => Change((HttpResponse)state), context.Response);
        }

        return next(context);
    }

    private static Task Change(HttpResponse response)
    {
        if (response.StatusCode == StatusCodes.Status302Found)
        {
            response.StatusCode = StatusCodes.Status303SeeOther;
        }

        return Task.CompletedTask;
    }
}
