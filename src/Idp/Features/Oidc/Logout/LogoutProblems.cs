using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>What can be wrong with a logout request.</summary>
internal static class LogoutProblems
{
    /// <summary>The client is unknown, or the address to return to is not its own.</summary>
    internal static readonly Problem Refused = New("MOI-LOG-002", "Refused");

    internal static readonly Problem Expired = New("MOI-LOG-003", "Expired");

    private static Problem New(string code, string key)
        => new(code, key, StatusCodes.Status400BadRequest)
        {
            Texts = typeof(LogoutProblems),
            Ways = [new WayOn("Way.SignOut", "/sign-out"), WayOn.Home, WayOn.Help],
        };
}
