using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>Answers of this server as signed JWTs for one client: <c>iss</c>, <c>aud</c>, <c>iat</c>, and what the answer says.</summary>
internal sealed class SignedAnswers(SigningKeyRing ring, IOptions<IdpOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Signs an answer.</summary>
    /// <param name="alg">The algorithm that the client registered.</param>
    /// <param name="type">The <c>typ</c>, so that the JWT can be taken for nothing else; nothing for plain <c>JWT</c>.</param>
    /// <param name="audience">The client.</param>
    /// <param name="lifetime">How long it is good, where its specification wants an <c>exp</c>.</param>
    /// <param name="claims">What it says.</param>
    /// <param name="ct">Cancels waiting for a key that is being made.</param>
    internal async ValueTask<string> CreateAsync(
        string alg, string? type, string audience, TimeSpan? lifetime, Dictionary<string, object> claims, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = options.Value.Issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            Expires = lifetime is { } length ? (now + length).UtcDateTime : null,
            Claims = claims,
            SigningCredentials = await ring.CredentialsForAsync(alg, ct),
        });
    }

    /// <summary>The parameters of an answer as claims.</summary>
    internal static Dictionary<string, object> ClaimsOf(OpenIddictResponse response)
        => response.GetParameters().Where(p => !OpenIddictParameter.IsNullOrEmpty(p.Value))
            .ToDictionary(p => p.Key, p => (object)(JsonElement)p.Value);
}
