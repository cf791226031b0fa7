using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.Core.Infrastructure;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// The framework's antiforgery, with tokens bound to the browser and not to who is signed in. A form opened before a
/// sign-in in another tab would otherwise be refused, and tabs must not disturb each other.
/// </summary>
/// <remarks>
/// SECURITY: the token stays tied to the browser's secret cookie, which is what defeats a foreign site. Ceremonies
/// and sign-in transactions are bound to session and account by their own records.
/// </remarks>
internal sealed class TabSafeAntiforgery(IAntiforgery framework) : IAntiforgery
{
    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext)
        => AsNobody(httpContext, framework.GetAndStoreTokens);

    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => AsNobody(httpContext, framework.GetTokens);

    public void SetCookieTokenAndHeader(HttpContext httpContext) => framework.SetCookieTokenAndHeader(httpContext);

    public async Task<bool> IsRequestValidAsync(HttpContext httpContext)
        => !IsFromElsewhere(httpContext.Request) && await AsNobody(httpContext, framework.IsRequestValidAsync);

    public async Task ValidateRequestAsync(HttpContext httpContext)
    {
        if (IsFromElsewhere(httpContext.Request))
        {
            throw new AntiforgeryValidationException("The browser says that another site sent this form.");
        }

        await AsNobody(httpContext, async context =>
        {
            await framework.ValidateRequestAsync(context);
            return true;
        });
    }

    internal static void Decorate(IServiceCollection services)
    {
        var framework = services.Single(s => s.ServiceType == typeof(IAntiforgery)).ImplementationType!;
        services.AddSingleton<IAntiforgery>(provider =>
            new TabSafeAntiforgery((IAntiforgery)ActivatorUtilities.CreateInstance(provider, framework)));
    }

    /// <summary>Fetch Metadata: browsers say who sends a form; a host beside this one is <c>same-site</c>. Some say nothing.</summary>
    private static bool IsFromElsewhere(HttpRequest request)
        => request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");

    private static T AsNobody<T>(HttpContext context, Func<HttpContext, T> act)
    {
        var user = context.User;
        context.User = Nobody;
        try
        {
            return act(context);
        }
        finally
        {
            context.User = user;
        }
    }

    private static async Task<T> AsNobody<T>(HttpContext context, Func<HttpContext, Task<T>> act)
    {
        var user = context.User;
        context.User = Nobody;
        try
        {
            return await act(context);
        }
        finally
        {
            context.User = user;
        }
    }
}

/// <summary>Gives a refused form a page that says how to go on.</summary>
internal sealed class StaleFormFilter : IAlwaysRunResultFilter
{
    public void OnResultExecuting(ResultExecutingContext context)
    {
        if (context.Result is IAntiforgeryValidationFailedResult)
        {
            context.Result = new ErrorPage(Problems.StaleForm);
        }
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
    }
}
