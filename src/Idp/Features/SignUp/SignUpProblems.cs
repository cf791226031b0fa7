using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignUp;

/// <summary>What can go wrong with a sign-up apart from the passkey.</summary>
internal static class SignUpProblems
{
    /// <summary>The draft is over, was finished already, or belongs to another browser.</summary>
    internal static readonly Problem DraftExpired = new("MOI-SES-002", "DraftExpired", 400)
    {
        Texts = typeof(SignUpProblems),
        Ways = [new WayOn("Way.SignUp", "/sign-up"), new WayOn("Way.SignIn", "/sign-in"), WayOn.Help],
    };
}
