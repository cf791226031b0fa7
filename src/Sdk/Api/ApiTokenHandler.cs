using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moi.Identity.Dpop;

namespace Moi.Identity.Api;

/// <summary>The authentication scheme of an API: an access token as Bearer or DPoP, in the <c>Authorization</c> header field alone.</summary>
internal sealed partial class ApiTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IOptions<MoiIdentityApiOptions> api, ApiTokens tokens, ProofOfPossession possession, ApiNonces nonces)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            if (Presented() is not { } presented)
            {
                return AuthenticateResult.NoResult();
            }

            var (caller, confirmation) = await tokens.ReadAsync(presented.Value, Context.RequestAborted).ConfigureAwait(false);
            if (await possession.CheckAsync(Context, presented, confirmation).ConfigureAwait(false) is { } refusal)
            {
                throw new ApiRefusedException(refusal);
            }

            Context.Features.Set(presented);
            if (api.Value.DpopNonce && presented.Scheme == DpopProofs.Scheme)
            {
                // RFC 9449 §8.2: the next call uses it, and is not sent back once for want of one.
                Response.Headers[DpopNonces.HeaderName] = nonces.Create();
            }

            return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(caller), Scheme.Name));
        }
        catch (ApiRefusedException refused)
        {
            LogRefused(Logger, refused.Refusal.Error, refused.Refusal.Description);
            return AuthenticateResult.Fail(refused);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // SECURITY: whatever cannot be checked is not let in.
            LogUnavailable(Logger, failure);
            return AuthenticateResult.Fail(new ApiRefusedException(ApiRefusal.Unavailable));
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var refusal = ((await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false)).Failure as ApiRefusedException)?.Refusal;
        Response.StatusCode = refusal?.Status ?? StatusCodes.Status401Unauthorized;
        if (Response.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            return;
        }

        if (refusal?.Error == "use_dpop_nonce")
        {
            Response.Headers[DpopNonces.HeaderName] = nonces.Create();
        }

        ApiChallenge.Write(Response, api.Value.Binding, refusal is null ? [] : [("error", refusal.Error), ("error_description", refusal.Description)]);
    }

    /// <summary>RFC 6750 §2.1 and RFC 9449 §7.1. Nothing is said about other schemes: they may be somebody else's.</summary>
    private IncomingToken? Presented()
    {
        var header = Request.Headers.Authorization;
        if (header.Count > 1)
        {
            throw new ApiRefusedException(ApiRefusal.InvalidRequest("There is more than one Authorization header field."));
        }

        if (header.ToString().Split(' ', 2) is not [var scheme, var token]
            || (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? "Bearer"
                : scheme.Equals(DpopProofs.Scheme, StringComparison.OrdinalIgnoreCase) ? DpopProofs.Scheme
                : null) is not { } known)
        {
            return null;
        }

        return token.Length > 0 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=')
            ? new IncomingToken(token, known)
            : throw new ApiRefusedException(ApiRefusal.InvalidRequest("The Authorization header field holds no access token."));
    }

    [LoggerMessage(EventId = 5501, Level = LogLevel.Information, Message = "Call refused with {Error}: {Description}")]
    private static partial void LogRefused(ILogger logger, string error, string description);

    [LoggerMessage(EventId = 5502, Level = LogLevel.Error, Message = "MOI067: access tokens cannot be checked; calls are answered with 503")]
    private static partial void LogUnavailable(ILogger logger, Exception failure);
}
