using Moi.Identity.Fido2;
using Moi.Identity.Idp.Features.Passkeys;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>The ceremony of the sign-in pages: usernameless, or bound to the account that a transaction names.</summary>
internal sealed class SignInCeremony(
    CeremonyService ceremonies, CredentialTable credentials, SignInCompletion completion, RegistrationPermits permits,
    LastWay lastWay)
{
    /// <summary>Starts it.</summary>
    /// <returns>Nothing if the account that the transaction names is gone.</returns>
    internal async Task<StartedCeremony?> StartAsync(
        HttpContext http, SignInRequest request, IReadOnlyList<string> hints, CancellationToken ct)
    {
        KnownAccount? account = null;
        if (request.Requirement.CitizenId is { } citizen)
        {
            account = await credentials.AccountAsync(citizen, ct);
            if (account is null)
            {
                return null;
            }
        }

        return await ceremonies.StartAsync(
            http,
            new AuthenticationWish(AuthenticationPurpose.SignIn)
            {
                Account = account,
                Transaction = request.Handle,
                Hints = hints,
                Minimum = AssuranceLevels.MinimumFor(request.Requirement.AcrValues),
            },
            ct);
    }

    /// <summary>Finishes it.</summary>
    /// <returns>The address to go on to, or why not.</returns>
    internal async Task<(string? Onward, CeremonyFailure? Failure)> FinishAsync(
        HttpContext http, SignInRequest request, CancellationToken ct)
    {
        var form = await CeremonyForm.ReadAsync(http.Request, ct);
        var (verified, failure) = await ceremonies.FinishAuthenticationAsync(http, form, AuthenticationPurpose.SignIn, ct);
        if (verified is null)
        {
            return (null, failure);
        }

        // SECURITY: a ceremony of one tab does not serve the transaction of another (R11, R12).
        if (verified.Ceremony.Transaction != request.Handle || verified.Ceremony.CitizenId != request.Requirement.CitizenId)
        {
            return (null, ceremonies.Refuse(WebAuthnFailure.Of(WebAuthnError.StateSession, CeremonyKind.Get)));
        }

        (var session, failure) = await completion.CompleteAsync(http, request, verified, ct);
        if (session is null)
        {
            return (null, failure);
        }

        lastWay.Remember(http, verified.Verdict.AuthenticatorAttachment, verified.Credential.Record.Transports);

        // A passkey came from another device: this one may get its own, unless it is shared.
        return verified.Verdict.AuthenticatorAttachment == "cross-platform" && !request.IsConfirmation && !SharedComputer.IsMarked(http)
            ? ("/sign-in/this-device?permit=" + await permits.GiveAsync(session, request.Handle, request.ReturnPath, ct), null)
            : (request.Onward, null);
    }
}
