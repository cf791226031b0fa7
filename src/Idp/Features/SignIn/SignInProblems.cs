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
}
