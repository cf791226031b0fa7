using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.InAppBrowsers;

/// <summary>Takes citizens out of browsers inside other apps before a ceremony can fail there.</summary>
internal static class InAppBrowsersFeature
{
    internal static IServiceCollection AddInAppBrowsers(this IServiceCollection services)
    {
        services.AddRecords(Resumptions.Kind);
        services.AddSingleton<Resumptions>();
        return services;
    }

    /// <summary>Comes after <c>UseWeb</c> and before the pages.</summary>
    internal static WebApplication UseInAppBrowsers(this WebApplication app)
    {
        app.UseMiddleware<LeaveInAppBrowser>();
        return app;
    }

    internal static WebApplication MapInAppBrowsers(this WebApplication app)
    {
        app.MapGet(Resumptions.Path, ResumeAsync).AllowAnonymous();
        return app;
    }

    /// <summary>GET /resume: goes on, in this browser, with the journey that began inside another app.</summary>
    private static async Task<IResult> ResumeAsync(
        string? handle, HttpContext http, Resumptions resumptions, SignInTransactions transactions, CancellationToken ct)
    {
        if (await resumptions.TakeAsync(handle, ct) is not { } begun)
        {
            return new ErrorPage(InAppBrowserProblems.Expired);
        }

        var transaction = await transactions.BeginAsync(
            http, begun.ReturnPath, begun.Requirement, begun.Service, begun.AuthorizationRequest, ct);
        return TypedResults.LocalRedirect($"/sign-in?{SignInTransactions.Parameter}={transaction}");
    }
}
