using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>POST /attestation/result.</summary>
internal static class FinishRegistration
{
    internal static async Task<ContentHttpResult> HandleAsync(
        HttpContext http, ConformanceEngine engine, ConformanceUsers users, Records<ConformanceRegistration> records, CancellationToken ct)
    {
        // Taken before the response is looked at, so that a failed attempt spends the challenge too.
        var pending = await records.TakeAsync(ConformanceSession.Read(http), ct);
        ConformanceSession.Clear(http);
        if (pending is null)
        {
            return ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.StateMissing, CeremonyKind.Create));
        }

        if (await ConformanceRequests.ReadResponseAsync(http.Request, ct) is not { } response)
        {
            return ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.RequestTooLarge, CeremonyKind.Create));
        }

        var result = engine.Registration.Finish(pending.State, response);
        if (!result.Succeeded)
        {
            return ConformanceReplies.Refused(result.Failure);
        }

        return users.TryAdd(result.Credential)
            ? ConformanceReplies.Ok()
            : ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.CredentialExists, CeremonyKind.Create));
    }
}
