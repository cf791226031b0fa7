using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>An assertion whose signature is good, waiting to be used up.</summary>
internal sealed record VerifiedAssertion(string ClientId, string JwtId, DateTimeOffset ExpiresAt);

/// <summary>RFC 7523 §3, with the audience as FAPI 2.0 §5.3.2.1 and RFC 10070 want it.</summary>
internal sealed class CheckAssertionClaims(IOptions<IdpOptions> options, TimeProvider time)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    private const int LongestJti = 256;

    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)
            && context.TokenValidationResult?.SecurityToken is JsonWebToken assertion)
        {
            Check(context, assertion);
        }

        return ValueTask.CompletedTask;
    }

    private void Check(ValidateTokenContext context, JsonWebToken assertion)
    {
        if (JwtPayload.Read(assertion.EncodedPayload) is not { } claims)
        {
            context.Refuse(ClientRefusals.AssertionUnreadable.With(ResolveAssertionKeys.MostCharacters));
            return;
        }

        // 1-2. "The JWT MUST contain an iss claim ... a sub claim ... the subject MUST be the client_id"
        var issuer = claims.Text("iss");
        if (issuer is null || issuer != claims.Text("sub"))
        {
            context.Refuse(ClientRefusals.AssertionIssuer);
            return;
        }

        // RFC 7521 §4.2: "The value of the client_id parameter MUST identify the same client as is identified by the client
        // assertion."
        if (context.Request?.ClientId is { Length: > 0 } named && named != issuer)
        {
            context.Refuse(ClientRefusals.AssertionOfAnother);
            return;
        }

        // 3. "The authorization server MUST reject any JWT that does not contain its own identity as the intended
        //    audience." SECURITY: exactly our issuer, as a string. The token endpoint's address, or a list in which we
        //    are one of several, lets another server use the assertion here (CVE-2025-27370, CVE-2025-27371).
        if (claims.Text("aud") != options.Value.Issuer)
        {
            context.Refuse(ClientRefusals.AssertionAudience.With(options.Value.Issuer));
            return;
        }

        // 4. "The JWT MUST contain an exp claim that limits the time window"
        var now = time.GetUtcNow();
        if (claims.Time("exp") is not { } expires || expires <= now - Lifetimes.ClockSkew || expires > now + Lifetimes.ClientAssertion)
        {
            context.Refuse(ClientRefusals.AssertionExpiry.With(Lifetimes.ClientAssertion.TotalMinutes));
            return;
        }

        // 5-6. nbf and iat may not lie ahead, apart from a little difference between clocks.
        if (claims.IsAhead("nbf", now) || claims.IsAhead("iat", now))
        {
            context.Refuse(ClientRefusals.AssertionAhead);
            return;
        }

        // 7. "The JWT MAY contain a jti claim": here it must, so that each assertion works once.
        if (claims.Text("jti") is not { Length: > 0 and <= LongestJti } jti)
        {
            context.Refuse(ClientRefusals.AssertionId.With(LongestJti));
            return;
        }

        context.Transaction.SetProperty(
            typeof(VerifiedAssertion).FullName!, new VerifiedAssertion(issuer, jti, expires));
    }
}
