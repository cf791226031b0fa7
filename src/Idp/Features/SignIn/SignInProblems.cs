using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>What can go wrong with a sign-in apart from the passkey.</summary>
internal static class SignInProblems
{
    /// <summary>The transaction is over, was made in another browser, or never was.</summary>
    internal static readonly Problem RequestExpired = new("MOI-SES-001", "RequestExpired", 400)
    {
        Texts = typeof(SignInProblems),
        Ways = [new WayOn("Way.SignIn", "/sign-in"), WayOn.Home, WayOn.Help],
    };

    /// <summary>The same, met by somebody who is signed in: mostly by the browser's Back button, after all went well.</summary>
    internal static readonly Problem StepDone = new("MOI-SES-004", "StepDone", 400)
    {
        Texts = typeof(SignInProblems),
        Ways = [new WayOn("Way.Services", "/account/services"), WayOn.Account, WayOn.Help],
    };

    /// <summary>Says that the transaction which the address names is not there, in the words for this visitor.</summary>
    internal static ErrorPage NoRequest(HttpContext http) => new(http.GetSession() is null ? RequestExpired : StepDone);
}
