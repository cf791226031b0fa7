using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.BackChannel;

namespace Moi.Identity.SignIn;

/// <summary>OpenID Connect Core §3.1.3.7, step 6, without its exception: an ID token is always signed, by a key that is looked for.</summary>
/// <remarks>
/// SECURITY: the step lets a client rely on TLS for an ID token from the token endpoint, and ASP.NET Core's handler therefore switches
/// the requirement off whatever <see cref="TokenValidationParameters.RequireSignedTokens"/> says: a token with <c>alg</c> <c>none</c>
/// would pass. It is switched on again here.
/// </remarks>
internal sealed class SignedIdTokens(Discovery provider) : TokenHandler
{
    private static readonly JsonWebTokenHandler Reader = new() { MapInboundClaims = false };

    public override Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        ArgumentNullException.ThrowIfNull(validationParameters);
        var rules = validationParameters.Clone();
        rules.RequireSignedTokens = true;
        return provider.ValidateAsync(Reader, token, rules, CancellationToken.None);
    }
}
