using System.Globalization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moi.Identity.Assurance;

namespace Moi.Identity.Api;

/// <summary>What a caller with a good access token is told when the token is not enough for this endpoint.</summary>
internal static class ApiResults
{
    /// <returns>Whether the call was one with an access token, and was answered.</returns>
    internal static bool TryAnswer(HttpContext context, PolicyAuthorizationResult result)
    {
        if (!result.Forbidden
            || context.Features.Get<IncomingToken>() is null
            || result.AuthorizationFailure is not { FailCalled: false } failure)
        {
            return false;
        }

        var failed = failure.FailedRequirements.ToArray();
        var binding = context.RequestServices.GetRequiredService<IOptions<MoiIdentityApiOptions>>().Value.Binding;
        if (failed.OfType<RequireScopeAttribute>().ToArray() is { Length: > 0 } scopes)
        {
            // RFC 6750 §3.1: "insufficient_scope: The request requires higher privileges than provided by the access token."
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            ApiChallenge.Write(
                context.Response, binding,
                ("error", "insufficient_scope"),
                ("error_description", "The access token lacks a scope."),
                ("scope", string.Join(' ', scopes.SelectMany(scope => scope.Scopes).Distinct(StringComparer.Ordinal))));
            return true;
        }

        if (failed.Length == 0 || !failed.All(requirement => requirement is RequireAssuranceAttribute))
        {
            return false;
        }

        // RFC 9470 §3: "insufficient_user_authentication", with what would be sufficient.
        var stepUp = StepUp.From(failed.OfType<RequireAssuranceAttribute>())!;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        List<(string, string)> reason =
        [
            ("error", "insufficient_user_authentication"),
            ("error_description", "The citizen must authenticate again, more strongly or more recently."),
            ("acr_values", Acr.Of(stepUp.Level)),
        ];
        if (stepUp.MaxAge is { } age)
        {
            reason.Add(("max_age", ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        }

        ApiChallenge.Write(context.Response, binding, [.. reason]);
        return true;
    }
}
