using System.Security.Claims;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>An assertion whose signature and claims are good, waiting to be used up.</summary>
internal sealed record VerifiedAssertion(string ClientId, string JwtId, DateTimeOffset ExpiresAt);

/// <summary>RFC 7523 §3, with the audience as FAPI 2.0 §5.3.2.1 and RFC 10070 want it: whose assertion it is, and whether it is good.</summary>
internal sealed class VerifyAssertion(ClientCatalog clients, RemoteKeys remote, IOptions<IdpOptions> options, TimeProvider time)
    : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    internal const int MostCharacters = 8 * 1024;

    private const int LongestJti = 256;

    /// <summary>Whom an assertion claims to be from; whether that is so is checked with everything else.</summary>
    internal static string? IssuerOf(string? assertion)
        => SignedJwt.Read(assertion, MostCharacters)?.Claims?.Text(Claims.Issuer) is { Length: > 0 } issuer ? issuer : null;

    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (!context.ValidateClientAssertion || string.IsNullOrEmpty(context.ClientAssertion))
        {
            return;
        }

        if (SignedJwt.Read(context.ClientAssertion, MostCharacters) is not { Claims: { } claims } assertion)
        {
            context.Refuse(ClientRefusals.AssertionUnreadable.With(MostCharacters));
            return;
        }

        if (claims.Text(Claims.Issuer) is not { } issuer || clients.Find(issuer) is not { } client)
        {
            context.Refuse(ClientRefusals.Assertion, "its iss is no active client");
            return;
        }

        if (!IsType(assertion.Type))
        {
            context.Refuse(ClientRefusals.Assertion, "its typ is that of another kind of JWT");
            return;
        }

        // FAPI 2.0 §5.4.3: several keys may have the same kid. SECURITY: without a list every algorithm of the library would do.
        if (!await remote.HaveSignedAsync(client, assertion, client.AssertionAlgs, context.CancellationToken))
        {
            context.Refuse(ClientRefusals.Assertion, "no registered key with its kid has signed it by a registered algorithm");
            return;
        }

        Check(context, claims, issuer);
    }

    /// <summary>RFC 7523 clients send none or <c>JWT</c>, newer ones <c>client-authentication+jwt</c>.</summary>
    private static bool IsType(string? type)
        => type is null || type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
            || type.Equals(JsonWebTokenTypes.ClientAuthentication, StringComparison.OrdinalIgnoreCase);

    private void Check(ProcessAuthenticationContext context, JwtPayload claims, string issuer)
    {
        // 1-2. "The JWT MUST contain an iss claim ... a sub claim ... the subject MUST be the client_id"
        if (issuer != claims.Text(Claims.Subject))
        {
            context.Refuse(ClientRefusals.AssertionIssuer);
            return;
        }

        // RFC 7521 §4.2: "The value of the client_id parameter MUST identify the same client as is identified by the client
        // assertion."
        var request = context.Request;
        if (request.ClientId is { Length: > 0 } named && named != issuer)
        {
            context.Refuse(ClientRefusals.AssertionOfAnother);
            return;
        }

        // 3. "The authorization server MUST reject any JWT that does not contain its own identity as the intended
        //    audience." SECURITY: exactly our issuer, as a string. The token endpoint's address, or a list in which we
        //    are one of several, lets another server use the assertion here (CVE-2025-27370, CVE-2025-27371).
        if (claims.Text(Claims.Audience) != options.Value.Issuer)
        {
            context.Refuse(ClientRefusals.AssertionAudience.With(options.Value.Issuer));
            return;
        }

        // 4. "The JWT MUST contain an exp claim that limits the time window"
        var now = time.GetUtcNow();
        if (claims.Time(Claims.ExpiresAt) is not { } expires || expires <= now - Lifetimes.ClockSkew
            || expires > now + Lifetimes.ClientAssertion)
        {
            context.Refuse(ClientRefusals.AssertionExpiry.With(Lifetimes.ClientAssertion.TotalMinutes));
            return;
        }

        // 5-6. nbf and iat may not lie ahead, apart from a little difference between clocks.
        if (claims.IsAhead(Claims.NotBefore, now) || claims.IsAhead(Claims.IssuedAt, now))
        {
            context.Refuse(ClientRefusals.AssertionAhead);
            return;
        }

        // 7. "The JWT MAY contain a jti claim": here it must, so that each assertion works once.
        if (claims.Text(Claims.JwtId) is not { Length: > 0 and <= LongestJti } jti)
        {
            context.Refuse(ClientRefusals.AssertionId.With(LongestJti));
            return;
        }

        // RFC 7521 §4.2: client_id may be left out, because the assertion names the client.
        request.ClientId = issuer;
        context.ClientAssertionPrincipal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Claims.Issuer, issuer)], issuer));
        context.Transaction.SetProperty(
            typeof(VerifiedAssertion).FullName!, new VerifiedAssertion(issuer, jti, expires));
    }
}
