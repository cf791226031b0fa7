namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>What a notice says. The names of security events are the last part of their type.</summary>
internal static class NoticeKind
{
    /// <summary>OpenID Connect Back-Channel Logout 1.0.</summary>
    internal const string Logout = "logout";
}
