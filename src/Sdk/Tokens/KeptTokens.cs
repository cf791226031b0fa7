using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Moi.Identity.Tokens;

/// <summary>Says that <c>AddMoiUserToken</c> was called. Without it no session holds a token that nobody would use.</summary>
internal sealed class UserTokensAreUsed;

/// <summary>Keeps the tokens of a sign-in in its session, where something uses them.</summary>
internal sealed class KeptTokens(IEnumerable<UserTokensAreUsed> used)
{
    private readonly bool _used = used.Any();

    internal void Keep(AuthenticationProperties properties, OpenIdConnectMessage response, string? jkt, DateTimeOffset now)
    {
        if (_used)
        {
            SessionTokens.Of(properties).With(TokenPurpose.OfTheSignIn, AccessToken.Of(response, jkt, now), response.RefreshToken).WriteTo(properties);
        }
    }
}
