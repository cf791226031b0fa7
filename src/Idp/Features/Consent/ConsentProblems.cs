using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>What can go wrong on the consent page.</summary>
internal static class ConsentProblems
{
    internal static readonly Problem Expired =
        new("MOI-AUTH-011", "Expired", StatusCodes.Status400BadRequest)
        {
            Texts = typeof(ConsentProblems),
            Ways = [new WayOn("Way.Services", "/account/services"), WayOn.Home, WayOn.Help],
        };
}
