using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>Signed requests (RFC 9101), inside a pushed request.</summary>
internal sealed partial class FakeProvider
{
    /// <summary>The request objects that were accepted.</summary>
    internal List<JsonWebToken> RequestObjects { get; } = [];

    /// <summary>The parameters of the request: those of the form, or those of the signed object in it.</summary>
    private async Task<Dictionary<string, string>?> RequestOfAsync(Dictionary<string, string> form)
    {
        if (!form.TryGetValue("request", out var text))
        {
            return form;
        }

        var request = new JsonWebToken(text);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(request, new TokenValidationParameters
        {
            ValidIssuer = form["client_id"],
            ValidAudience = Issuer,
            ValidTypes = ["oauth-authz-req+jwt"],
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = await KeysOfAsync(form["client_id"]),
            LifetimeValidator = (from, until, _, _) =>
                from <= _time.GetUtcNow().UtcDateTime && until > _time.GetUtcNow().UtcDateTime && until <= from.Value.AddMinutes(60),
        });
        if (!result.IsValid || form.Keys.Except(["client_id", "request", "client_assertion", "client_assertion_type"]).Any())
        {
            return null;
        }

        RequestObjects.Add(request);
        return request.Claims.ToDictionary(claim => claim.Type, claim => claim.Value);
    }
}
