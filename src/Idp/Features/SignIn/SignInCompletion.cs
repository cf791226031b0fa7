using Moi.Identity.Fido2;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>Turns a verified passkey into a signed-in browser: session, event, cookie, outcome of the transaction, in this order.</summary>
internal sealed class SignInCompletion(
    CredentialTable credentials, CeremonyService ceremonies, SessionBeginning sessions, SignInTransactions transactions,
    AuditContextFactory audit)
{
    /// <summary>The purpose recorded when an agency's request asked to confirm who is there.</summary>
    private const string StepUp = "step-up";

    /// <summary>The purpose recorded when nobody asked: the citizen signed in once more, from a page that was open before.</summary>
    private const string SecondTab = "sign-in";

    /// <summary>Completes the sign-in.</summary>
    /// <returns>The session, or why there is none.</returns>
    internal async Task<(Session? Session, CeremonyFailure? Failure)> CompleteAsync(
        HttpContext http, SignInRequest request, VerifiedPasskey verified, CancellationToken ct)
    {
        var context = audit.Create();
        var level = AssuranceLevel.Of(verified);
        var (citizen, credential) = (verified.Credential.CitizenId, verified.Credential.Id);

        // Somebody who is signed in here and proves it once more, asked to or in a second tab, keeps the session: no agency
        // is signed out for it. SECURITY: the cookie changes all the same, so that a copy of the old one is worth nothing.
        var confirmed = http.GetSession() is { } current && current.CitizenId == citizen ? current : null;
        var purpose = request.Requirement.Purpose ?? (request.IsConfirmation || request.Requirement.Fresh ? StepUp : SecondTab);
        var from = new NewSession(citizen, credential, level.Acr, level.Amr, context.Device, verified.Credential.DisplayLabel);
        Task<bool> RecordAsync(Session? goesOn) => credentials.RecordUseAsync(
            verified,
            goesOn is null
                ? AuditEvents.SessionStarted(context, from)
                : AuditEvents.SessionConfirmed(context, goesOn, credential, purpose),
            CancellationToken.None);

        var session = confirmed is null
            ? await sessions.BeginAsync(http, from, RecordAsync, ct)
            : await sessions.ContinueAsync(http, confirmed, from, RecordAsync, ct);
        if (session is null)
        {
            return (null, ceremonies.Refuse(WebAuthnFailure.Of(
                WebAuthnError.CounterRegression, CeremonyKind.Get,
                "At the same moment the passkey was used, removed or judged anew, or its owner was suspended.")));
        }

        await SetOutcomeAsync(http, request, session, ct);
        return (session, null);
    }

    /// <summary>
    /// Tells the transaction of this tab who signed in. Another tab's transaction is not touched. SECURITY: only for a session
    /// whose passkey was verified in this very request; a session that was there before has not answered anything.
    /// </summary>
    internal async Task SetOutcomeAsync(HttpContext http, SignInRequest request, Session session, CancellationToken ct)
    {
        var outcome = new AuthenticationOutcome(
            session.Sid, session.CitizenId, session.CredentialId, session.AuthTime, session.Acr);
        var read = request.Transaction;
        while (read is not null
            && !await transactions.TryUpdateAsync(request.Handle!, read, read.Value with { Outcome = outcome }, ct))
        {
            // A copy of the tab was quicker; its outcome gives way to the newer one.
            read = await transactions.FindAsync(http, request.Handle, ct);
        }
    }
}
