using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.InAppBrowsers;

internal static class InAppBrowserProblems
{
    /// <summary>The address was used before, or five minutes are over.</summary>
    internal static readonly Problem Expired =
        new("MOI-AUTH-031", "Expired", 400) { Texts = typeof(InAppBrowserProblems) };
}
