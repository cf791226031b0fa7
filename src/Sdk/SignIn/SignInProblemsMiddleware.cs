using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Moi.Identity.Diagnostics;
using Moi.Identity.Pages;
using Moi.Identity.Sessions;

namespace Moi.Identity.SignIn;

/// <summary>Two things that surface outside the handlers' own events: the sign-out that overtook a sign-in, and a session store that is away.</summary>
internal sealed partial class SignInProblemsMiddleware(
    RequestDelegate next, Page page, MoiTelemetry telemetry, ILogger<SignInProblemsMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (!context.Response.HasStarted && failure is SignedOutMeanwhileException or SessionStoreUnavailableException)
        {
            var problem = SignInFailures.Explain(failure);
            context.Response.Clear();
            if (failure is SignedOutMeanwhileException)
            {
                telemetry.SignInRefused(problem.Code);
            }

            LogRefused(logger, failure, problem.Code);
            await page.ShowAsync(context, problem).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 5203, Level = LogLevel.Warning, Message = "Request refused with {Code}")]
    private static partial void LogRefused(ILogger logger, Exception failure, string code);
}
