using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>What can go wrong with an invitation.</summary>
internal static class EnrolmentProblems
{
    /// <summary>The link was used, is too old, belongs to another browser, or never was. Which one is nobody's business.</summary>
    internal static readonly Problem InvitationClosed = new("MOI-SES-003", "InvitationClosed", 400)
    {
        Texts = typeof(EnrolmentProblems),
        Ways = [new WayOn("Way.SignIn", "/sign-in"), WayOn.Home, WayOn.Help],
    };
}
