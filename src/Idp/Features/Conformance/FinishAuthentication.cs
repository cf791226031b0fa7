using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>POST /assertion/result.</summary>
internal static class FinishAuthentication
{
    internal static async Task<ContentHttpResult> HandleAsync(
        HttpContext http, ConformanceEngine engine, ConformanceUsers users, Records<ConformanceAuthentication> records, CancellationToken ct)
    {
        // Taken before the response is looked at, so that a failed attempt spends the challenge too.
        var pending = await records.TakeAsync(ConformanceSession.Read(http), ct);
        ConformanceSession.Clear(http);
        if (pending is null)
        {
            return ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.StateMissing, CeremonyKind.Get));
        }

        if (await ConformanceRequests.ReadResponseAsync(http.Request, ct) is not { } response)
        {
            return ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.RequestTooLarge, CeremonyKind.Get));
        }

        var reading = engine.Authentication.Read(pending.State, response);
        if (!reading.Succeeded)
        {
            return ConformanceReplies.Refused(reading.Failure);
        }

        var ownership = engine.Authentication.Own(reading.Response, users.Find(reading.Response.CredentialId));
        if (!ownership.Succeeded)
        {
            return ConformanceReplies.Refused(ownership.Failure);
        }

        var result = engine.Authentication.Finish(ownership.Owned);
        if (!result.Succeeded)
        {
            return ConformanceReplies.Refused(result.Failure);
        }

        // Somebody who used the same counter value in between was first.
        return users.TryUpdate(result.Success.Before, result.Success.Credential)
            ? ConformanceReplies.Ok()
            : ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.CounterRegression, CeremonyKind.Get));
    }
}
