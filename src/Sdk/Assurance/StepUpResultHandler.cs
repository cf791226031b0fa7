using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Moi.Identity.Api;
using Moi.Identity.Diagnostics;

namespace Moi.Identity.Assurance;

/// <summary>Turns "not sure enough" into a journey to the provider, or for the caller of an API into an answer that says what would be enough.</summary>
internal sealed class StepUpResultHandler(
    IOptions<MoiIdentityOptions> options, IOptions<AuthenticationOptions> authentication, MoiTelemetry telemetry) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (ApiResults.TryAnswer(context, authorizeResult))
        {
            return;
        }

        if (StepUpFor(policy, authorizeResult) is not { } stepUp)
        {
            await _usual.HandleAsync(next, context, policy, authorizeResult).ConfigureAwait(false);
            return;
        }

        telemetry.StepUp(stepUp.Level);
        if (IsScript(context.Request))
        {
            // A redirect to another origin is of no use to fetch(). RFC 9470 §3 names the error.
            await TypedResults.Problem(
                statusCode: StatusCodes.Status401Unauthorized,
                title: "insufficient_user_authentication",
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["acr_values"] = Acr.Of(stepUp.Level),
                    ["max_age"] = stepUp.MaxAge?.TotalSeconds,
                }).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await context.ChallengeAsync(MoiIdentityDefaults.ChallengeScheme, stepUp.ToChallenge(ReturnTo(context.Request)))
            .ConfigureAwait(false);
    }

    /// <summary>A program that calls an API cannot go anywhere: it gets the challenge of the API's own scheme.</summary>
    private bool IsForApi(AuthorizationPolicy policy) =>
        policy.AuthenticationSchemes.Contains(MoiIdentityDefaults.ApiScheme, StringComparer.Ordinal)
        || (policy.AuthenticationSchemes.Count == 0 && authentication.Value.DefaultScheme == MoiIdentityDefaults.ApiScheme);

    private StepUp? StepUpFor(AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (result.Challenged)
        {
            return IsForApi(policy) ? null : StepUp.From(policy.Requirements.OfType<RequireAssuranceAttribute>());
        }

        // A citizen who also lacks something else, a role for example, gains nothing from another touch.
        return result.Forbidden && result.AuthorizationFailure is { FailCalled: false } failure
            && failure.FailedRequirements.All(r => r is RequireAssuranceAttribute)
                ? StepUp.From(failure.FailedRequirements.OfType<RequireAssuranceAttribute>())
                : null;
    }

    /// <summary>After a POST the citizen returns to the page that held the form: the form's fields are gone, and a GET of its target may not exist.</summary>
    private string ReturnTo(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return LocalPath.OfRequest(request);
        }

        return Uri.TryCreate(request.Headers.Referer.ToString(), UriKind.Absolute, out var page)
            && page.GetLeftPart(UriPartial.Authority) == options.Value.PublicOrigin
                ? LocalPath.OrHome(page.PathAndQuery, request.PathBase)
                : request.PathBase + "/";
    }

    private static bool IsScript(HttpRequest request) =>
        request.Headers["Sec-Fetch-Mode"].ToString() is { Length: > 0 } mode && mode != "navigate";
}
