using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moi.Identity.BackChannel;
using Moi.Identity.Diagnostics;
using Moi.Identity.Sessions;

namespace Moi.Identity.SignOut;

/// <summary>POST /moi/backchannel-logout: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8, called by the provider.</summary>
internal sealed partial class BackChannelLogoutEndpoint(
    IOptions<MoiIdentityOptions> options,
    Provider provider,
    TimeProvider time,
    ISessionRecords records,
    MoiSessions sessions,
    MoiTelemetry telemetry,
    ILogger<BackChannelLogoutEndpoint> logger)
{
    /// <summary>A logout token is about a kilobyte.</summary>
    internal const int LargestRequest = 32 * 1024;

    internal async Task<IResult> HandleAsync(HttpContext context)
    {
        using var activity = MoiTelemetry.Activities.StartActivity("moi.backchannel_logout");

        // §2.8: "The response … SHOULD include the Cache-Control HTTP response header field with a no-store value."
        context.Response.Headers.CacheControl = "no-store";
        var ct = context.RequestAborted;
        try
        {
            var text = await ReadAsync(context.Request, ct).ConfigureAwait(false);
            var token = await LogoutToken.ReadAsync(text, options.Value, provider.Discovery, time.GetUtcNow(), ct).ConfigureAwait(false);
            if (!await records.TakeJtiAsync(token.Jti, token.Expires + (2 * MoiIdentityDefaults.ClockSkew), ct).ConfigureAwait(false))
            {
                throw new LogoutTokenRefusedException("jti was received before");
            }

            LogReceived(logger, await EndAsync(token).ConfigureAwait(false));
            telemetry.BackChannelLogout("succeeded");

            // §2.8: "If the logout succeeded, the RP MUST respond with HTTP 200 OK."
            return TypedResults.Ok();
        }
        catch (LogoutTokenRefusedException refused)
        {
            LogRefused(logger, refused.Message);
            return Failed("refused", "invalid_request");
        }
        catch (Exception failure) when (failure is SessionStoreUnavailableException or InvalidOperationException or HttpRequestException)
        {
            LogFailed(logger, failure);
            return Failed("failed", "logout_failed");
        }
    }

    private async Task<int> EndAsync(LogoutToken token)
    {
        try
        {
            // §2.7: sessions "identified by the iss and sid Claims", or, without a sid, all sessions of the sub.
            return token.Sid is { } sid
                ? await sessions.EndAsync(SessionIndex.Sid, sid, token.IssuedAt, CancellationToken.None).ConfigureAwait(false)
                : await sessions.EndAsync(SessionIndex.Subject, token.Subject!, token.IssuedAt, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SessionStoreUnavailableException)
        {
            // The provider may send the same token again: it has not done its work yet.
            await records.ReturnJtiAsync(token.Jti, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<string> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasFormContentType || request.ContentLength > LargestRequest)
        {
            throw new LogoutTokenRefusedException("the body is not a short form");
        }

        try
        {
            var form = await request.ReadFormAsync(ct).ConfigureAwait(false);
            return form["logout_token"] is [{ Length: > 0 } only] ? only : throw new LogoutTokenRefusedException("not exactly one logout_token");
        }
        catch (Exception malformed) when (malformed is InvalidDataException or BadHttpRequestException)
        {
            throw new LogoutTokenRefusedException("the form cannot be read");
        }
    }

    /// <summary>§2.8: "If the logout request is invalid or the logout failed, the RP MUST respond with HTTP 400 Bad Request."</summary>
    private JsonHttpResult<LogoutError> Failed(string result, string error)
    {
        telemetry.BackChannelLogout(result);
        return TypedResults.Json(new LogoutError(error), statusCode: StatusCodes.Status400BadRequest);
    }

    private sealed record LogoutError(string Error);

    [LoggerMessage(EventId = 5302, Level = LogLevel.Information, Message = "Back-channel logout ended {Sessions} sessions")]
    private static partial void LogReceived(ILogger logger, int sessions);

    [LoggerMessage(EventId = 5303, Level = LogLevel.Warning, Message = "Back-channel logout refused: {Step}")]
    private static partial void LogRefused(ILogger logger, string step);

    [LoggerMessage(EventId = 5304, Level = LogLevel.Error, Message = "Back-channel logout failed; the provider may try again")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
