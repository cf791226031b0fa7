using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>How long things live. They are promises of the protocol profile, not settings.</summary>
internal static class Lifetimes
{
    /// <summary>From pushing a request to opening it (RFC 9126 §2.2).</summary>
    internal static readonly TimeSpan PushedRequest = TimeSpan.FromSeconds(60);

    internal static readonly TimeSpan Code = TimeSpan.FromSeconds(60);

    internal static readonly TimeSpan AccessToken = GrantRules.DefaultAccessToken;

    /// <summary>From a device asking to the citizen answering (RFC 8628 §3.2).</summary>
    internal static readonly TimeSpan DeviceCode = TimeSpan.FromMinutes(10);

    internal static readonly TimeSpan IdToken = TimeSpan.FromMinutes(5);

    /// <summary>Of a refresh token that is not used; each use gives a new one.</summary>
    internal static readonly TimeSpan RefreshToken = GrantRules.DefaultRefreshToken;

    /// <summary>How far in the future a client assertion may expire.</summary>
    internal static readonly TimeSpan ClientAssertion = TimeSpan.FromMinutes(10);

    /// <summary>How far in the future a signed request may expire.</summary>
    internal static readonly TimeSpan RequestObject = TimeSpan.FromMinutes(10);

    /// <summary>FAPI 2.0 Message Signing §5.3.1: how old a signed request may be, by its <c>nbf</c>, now and when it expires.</summary>
    internal static readonly TimeSpan OldestRequestObject = TimeSpan.FromMinutes(60);

    /// <summary>Of a signed authorization response: long enough for a slow redirect (JARM §2.1 recommends at most ten minutes).</summary>
    internal static readonly TimeSpan SignedResponse = TimeSpan.FromMinutes(10);

    /// <summary>How far a client's clock may be ahead of ours.</summary>
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(10);
}
