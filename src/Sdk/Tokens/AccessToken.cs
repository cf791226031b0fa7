using System.Globalization;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Dpop;

namespace Moi.Identity.Tokens;

/// <summary>An access token of ours and how it is presented.</summary>
/// <param name="Value">The token.</param>
/// <param name="RenewAfter">From this moment on another is asked for: a little before it expires, so that it does not expire on its way.</param>
/// <param name="Jkt">The thumbprint of the DPoP key it is bound to; a bearer token has none.</param>
internal sealed record AccessToken(string Value, DateTimeOffset RenewAfter, string? Jkt)
{
    /// <summary>RFC 6749 §5.1 only recommends <c>expires_in</c>.</summary>
    private const int SecondsWhenUnsaid = 60;

    private static readonly TimeSpan Earlier = TimeSpan.FromSeconds(30);

    internal string Scheme => Jkt is null ? "Bearer" : DpopProofs.Scheme;

    internal static AccessToken Of(OpenIdConnectMessage response, string? jkt, DateTimeOffset now)
    {
        var lifetime = TimeSpan.FromSeconds(
            int.TryParse(response.ExpiresIn, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : SecondsWhenUnsaid);
        return new AccessToken(response.AccessToken, now + lifetime - (lifetime / 4 < Earlier ? lifetime / 4 : Earlier), jkt);
    }

    /// <summary>Whether it can still be used, when the resource has not just refused this very token.</summary>
    internal bool IsGood(DateTimeOffset now, string? refused) => now < RenewAfter && Value != refused;

    /// <summary>A token is never written anywhere by accident.</summary>
    public override string ToString() => Scheme + " access token";
}

/// <summary>What an access token is for: a scope, and the API's address or name (RFC 8707, RFC 8693 §2.1).</summary>
internal sealed record TokenPurpose(string? Scope = null, string? Resource = null, string? Audience = null)
{
    /// <summary>The token that came with the sign-in.</summary>
    internal static readonly TokenPurpose OfTheSignIn = new();

    internal string Name => $"{Scope} {Resource} {Audience}";

    /// <summary>The parameters of a token request that say so.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Fields
    {
        get
        {
            if (Scope is not null)
            {
                yield return KeyValuePair.Create("scope", Scope);
            }

            if (Resource is not null)
            {
                yield return KeyValuePair.Create("resource", Resource);
            }

            if (Audience is not null)
            {
                yield return KeyValuePair.Create("audience", Audience);
            }
        }
    }
}
