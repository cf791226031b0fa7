using Microsoft.AspNetCore.Http;

namespace Moi.Identity.Pages;

/// <summary>What a citizen may be told, with the code that log, metric, page and document share. Codes are never reused.</summary>
internal sealed record SignInProblem(string Code, string Name, int Status)
{
    internal static readonly SignInProblem Declined = new("MOI-AUTH-101", nameof(Declined), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem AssuranceNotReached = new("MOI-AUTH-102", nameof(AssuranceNotReached), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem NotThisBrowser = new("MOI-AUTH-103", nameof(NotThisBrowser), StatusCodes.Status400BadRequest);
    internal static readonly SignInProblem WrongIssuer = new("MOI-AUTH-104", nameof(WrongIssuer), StatusCodes.Status400BadRequest);
    internal static readonly SignInProblem AnotherCitizen = new("MOI-AUTH-105", nameof(AnotherCitizen), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem ProviderRefused = new("MOI-AUTH-106", nameof(ProviderRefused), StatusCodes.Status502BadGateway);
    internal static readonly SignInProblem NotAllowed = new("MOI-AUTH-107", nameof(NotAllowed), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem IdTokenRefused = new("MOI-TOK-101", nameof(IdTokenRefused), StatusCodes.Status502BadGateway);
    internal static readonly SignInProblem SignedOutMeanwhile = new("MOI-SES-101", nameof(SignedOutMeanwhile), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem CrossSiteSignOut = new("MOI-LOG-101", nameof(CrossSiteSignOut), StatusCodes.Status403Forbidden);
    internal static readonly SignInProblem ProviderUnreachable = new("MOI-SYS-101", nameof(ProviderUnreachable), StatusCodes.Status503ServiceUnavailable);
    internal static readonly SignInProblem SessionStoreUnreachable = new("MOI-SYS-102", nameof(SessionStoreUnreachable), StatusCodes.Status503ServiceUnavailable);

    internal static readonly IReadOnlyList<SignInProblem> All =
    [
        Declined, AssuranceNotReached, NotThisBrowser, WrongIssuer, AnotherCitizen, ProviderRefused, NotAllowed,
        IdTokenRefused, SignedOutMeanwhile, CrossSiteSignOut, ProviderUnreachable, SessionStoreUnreachable,
    ];
}

/// <summary>A check of ours refused an answer. The message is for the operator; the problem is what the citizen reads.</summary>
internal sealed class SignInRefusedException(SignInProblem problem, string detail) : Exception(detail)
{
    internal SignInProblem Problem { get; } = problem;
}
