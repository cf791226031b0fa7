using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.BackChannel;
using Moi.Identity.Pages;
using Moi.Identity.Sessions;

namespace Moi.Identity.SignIn;

/// <summary>From what went wrong to what the citizen reads.</summary>
internal static class SignInFailures
{
    internal static SignInProblem Explain(Exception failure) => failure switch
    {
        SignInRefusedException refused => refused.Problem,
        SignedOutMeanwhileException => SignInProblem.SignedOutMeanwhile,
        SessionStoreUnavailableException => SignInProblem.SessionStoreUnreachable,
        _ when ErrorOf(failure) is { } error => OfError(error),
        _ when IsUnreachable(failure) => SignInProblem.ProviderUnreachable,
        SecurityTokenException or OpenIdConnectProtocolException or ArgumentException => SignInProblem.IdTokenRefused,

        // The handler says the rest with plain exceptions: no state, a state it cannot read, no correlation cookie.
        _ => SignInProblem.NotThisBrowser,
    };

    /// <summary>Why a sign-in could not be started: the pushed request was refused, or the provider is away or busy.</summary>
    internal static SignInProblem ExplainStart(Exception failure) => ErrorOf(failure) is { } error ? OfError(error)
        : failure is not OpenIdConnectProtocolException && IsUnreachable(failure) ? SignInProblem.ProviderUnreachable
        : SignInProblem.ProviderRefused;

    private static SignInProblem OfError(string error) => error switch
    {
        "access_denied" => SignInProblem.Declined,

        // OpenID Connect Core Error Code unmet_authentication_requirements.
        "unmet_authentication_requirements" => SignInProblem.AssuranceNotReached,
        "temporarily_unavailable" => SignInProblem.ProviderUnreachable,
        _ => SignInProblem.ProviderRefused,
    };

    /// <summary>The OAuth error, which the handler puts into the exception's data.</summary>
    private static string? ErrorOf(Exception failure) => failure.Data["error"] as string;

    internal static bool IsUnreachable(Exception? failure) => failure switch
    {
        null => false,
        HttpRequestException or IOException or TaskCanceledException or TimeoutException => true,

        // For whatever reason; the reason is in the log.
        DiscoveryFailedException => true,
        _ => IsUnreachable(failure.InnerException),
    };
}
