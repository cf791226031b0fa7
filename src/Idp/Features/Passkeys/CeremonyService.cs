using System.Buffers.Text;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Telemetry;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>A ceremony to be put into a form: its handle, and the options for the browser.</summary>
internal sealed record StartedCeremony(string Handle, string OptionsJson);

/// <summary>An accepted assertion: what was asked, which stored passkey it was, and what the engine found.</summary>
internal sealed record VerifiedPasskey(PendingAuthentication Ceremony, StoredCredential Credential, AuthenticationSuccess Verdict);

/// <summary>An accepted registration, not stored yet.</summary>
internal sealed record NewPasskey(PendingRegistration Ceremony, CredentialRecord Record);

/// <summary>Why a ceremony came to nothing, for the page.</summary>
/// <param name="Problem">What the page says.</param>
/// <param name="UnknownCredentialId">A passkey that the device may forget, in base64url.</param>
internal sealed record CeremonyFailure(Problem Problem, string? UnknownCredentialId = null);

/// <summary>Starts ceremonies, and finishes them: take the record, check whose it is, let the engine verify.</summary>
internal sealed partial class CeremonyService(
    Registration registration,
    Authentication authentication,
    Records<PendingRegistration> registrations,
    Records<PendingAuthentication> authentications,
    CredentialTable credentials,
    BrowserMark browser,
    SqlDatabase sql,
    AuditContextFactory audit,
    IdpMetrics metrics,
    IOptions<AssuranceOptions> options,
    ILogger<CeremonyService> logger)
{
    /// <summary>
    /// Any passkey will do, certified or not; a model that the FIDO metadata call broken will not, even if only claimed.
    /// </summary>
    private static readonly RegistrationPolicy Citizens = RegistrationPolicy.Passkeys with
    {
        Certification = CertificationRequirement.None,
        UnknownModels = UnknownModels.Accept,
    };

    /// <summary>What a statement must meet to be believed; everything else is free.</summary>
    private static readonly RegistrationPolicy StrictStatements = Citizens with
    {
        AndroidKeyScope = AndroidKeyScope.TeeOnly,
        AllowUnknownTpmManufacturers = false,
    };

    /// <summary>The strictest policy but for what Windows Hello needs: attested, device-bound, known to the metadata, certified.</summary>
    private readonly RegistrationPolicy _attested = new() { Certification = options.Value.Certification, AllowTpmSha1 = true };

    /// <summary>Starts an authentication. The account is decided here or by the passkey, never by the answer's form.</summary>
    internal async Task<StartedCeremony> StartAsync(HttpContext http, AuthenticationWish wish, CancellationToken ct)
    {
        var ceremony = authentication.Start(new AuthenticationRequest
        {
            Policy = AuthenticationPolicy.Passkeys,
            // The cast matters: a null array would become an empty handle.
            UserHandle = wish.Account is { } known ? known.UserHandle : (ReadOnlyMemory<byte>?)null,
            AllowCredentials = wish.Account is { } account
                ? await credentials.DescriptorsAsync(account.CitizenId, (AuthenticatorClass)Math.Max((int)account.Minimum, (int)wish.Minimum), ct)
                : [],
            Hints = wish.Hints,
        });
        var handle = await authentications.AddAsync(
            new PendingAuthentication
            {
                State = ceremony.State,
                Purpose = wish.Purpose,
                Browser = browser.GetOrCreate(http),
                Sid = wish.Sid,
                CitizenId = wish.Account?.CitizenId,
                Transaction = wish.Transaction,
                Subject = wish.Subject,
            },
            ct);
        return new StartedCeremony(handle, ceremony.Options.ToJson());
    }

    /// <summary>Starts a registration.</summary>
    internal async Task<StartedCeremony> StartAsync(HttpContext http, RegistrationWish wish, CancellationToken ct)
    {
        var mustBeAttested = wish.Minimum == AuthenticatorClass.Attested;
        var ceremony = registration.Start(new RegistrationRequest
        {
            UserHandle = wish.UserHandle,
            UserName = wish.Label,
            UserDisplayName = wish.Label,
            Policy = mustBeAttested ? _attested : Citizens,

            // Nobody's device is asked what it is where it does not matter: browsers warn of the question.
            Attestation = mustBeAttested || wish.IsSecurityKey ? AttestationConveyance.Direct : AttestationConveyance.None,
            ExcludeCredentials = wish.CitizenId is { } citizen ? await credentials.DescriptorsAsync(citizen, ct) : [],

            // §5.8.8: for browsers that know no hints. A hint for this device stays one: its citizens may have no other way than a phone.
            AuthenticatorAttachment = wish.IsSecurityKey ? "cross-platform" : null,
            Hints = wish.IsSecurityKey ? ["security-key"] : mustBeAttested ? ["security-key", "client-device"] : ["client-device"],
        });
        var handle = await registrations.AddAsync(
            new PendingRegistration
            {
                State = ceremony.State,
                Purpose = wish.Purpose,
                Browser = browser.GetOrCreate(http),
                Ground = wish.Ground,
                Sid = wish.Sid,
                CitizenId = wish.CitizenId,
                Minimum = wish.Minimum,
            },
            ct);
        return new StartedCeremony(handle, ceremony.Options.ToJson());
    }

    /// <summary>Finishes an authentication that was started for <paramref name="purpose"/>.</summary>
    /// <returns>The verified passkey, or why there is none. Nothing is written yet.</returns>
    internal async Task<(VerifiedPasskey? Verified, CeremonyFailure? Failure)> FinishAuthenticationAsync(
        HttpContext http, CeremonyForm form, AuthenticationPurpose purpose, CancellationToken ct)
    {
        // Taken before it is looked at, so that a failed attempt spends the challenge too.
        var pending = await authentications.TakeAsync(form.Ceremony, ct);
        if (form.Error != ClientError.None)
        {
            return (null, ClientFailure(http, form, CeremonyKind.Get));
        }

        if (pending is null)
        {
            return (null, Refuse(WebAuthnFailure.Of(WebAuthnError.StateMissing, CeremonyKind.Get)));
        }

        if (pending.Purpose != purpose || !BelongsHere(http, pending.Browser, pending.Sid))
        {
            return (null, Refuse(WebAuthnFailure.Of(WebAuthnError.StateSession, CeremonyKind.Get)));
        }

        var reading = authentication.Read(pending.State, form.Response);
        if (!reading.Succeeded)
        {
            return (null, Refuse(reading.Failure));
        }

        var stored = await credentials.FindAsync(reading.Response.CredentialId, ct);
        var ownership = authentication.Own(reading.Response, stored?.Record);
        if (!ownership.Succeeded)
        {
            return (null, Refuse(ownership.Failure, reading.Response.CredentialId));
        }

        var result = authentication.Finish(ownership.Owned);
        if (!result.Succeeded)
        {
            await RecordSuspicionAsync(stored!, result.Failure, ct);
            return (null, Refuse(result.Failure));
        }

        metrics.CeremonyFinished(CeremonyKind.Get, "ok");

        // Told only to somebody who has proven that the passkey is theirs.
        return stored!.CitizenStatus != CitizenStatus.Active ? (null, new CeremonyFailure(CeremonyProblems.Suspended))
            : stored.Class < stored.Minimum ? (null, new CeremonyFailure(CeremonyProblems.TooWeak))
            : (new VerifiedPasskey(pending, stored, result.Success), null);
    }

    /// <summary>Finishes a registration that was started for <paramref name="purpose"/>.</summary>
    /// <returns>The new passkey, or why there is none. Nothing is written yet.</returns>
    internal async Task<(NewPasskey? Passkey, CeremonyFailure? Failure)> FinishRegistrationAsync(
        HttpContext http, CeremonyForm form, RegistrationPurpose purpose, string ground, CancellationToken ct)
    {
        var pending = await registrations.TakeAsync(form.Ceremony, ct);
        if (form.Error != ClientError.None)
        {
            return (null, ClientFailure(http, form, CeremonyKind.Create));
        }

        if (pending is null)
        {
            return (null, Refuse(WebAuthnFailure.Of(WebAuthnError.StateMissing, CeremonyKind.Create)));
        }

        if (pending.Purpose != purpose || pending.Ground != ground || !BelongsHere(http, pending.Browser, pending.Sid))
        {
            return (null, Refuse(WebAuthnFailure.Of(WebAuthnError.StateSession, CeremonyKind.Create)));
        }

        var result = registration.Finish(pending.State, form.Response);
        if (!result.Succeeded)
        {
            return (null, Refuse(result.Failure));
        }

        metrics.CeremonyFinished(CeremonyKind.Create, "ok");
        return (new NewPasskey(pending, Attested(pending, form, result.Credential)), null);
    }

    /// <summary>
    /// SECURITY: a statement that meets the lenient rules of <see cref="Citizens"/> alone is nobody's word for the model, or an account
    /// would reach by them what others need <see cref="_attested"/> for. The passkey is welcome all the same.
    /// </summary>
    private CredentialRecord Attested(PendingRegistration pending, CeremonyForm form, CredentialRecord credential)
    {
        if (!credential.IsAttestationTrusted
            || registration.Finish(pending.State with { Policy = StrictStatements }, form.Response) is { Succeeded: true, Credential.IsAttestationTrusted: true })
        {
            return credential;
        }

        return credential with
        {
            IsAttestationTrusted = false,
            CertificationLevel = CertificationLevel.None,
            MetadataNumber = null,
            TrustAnchorThumbprint = null,
            AttestationWarnings = [.. credential.AttestationWarnings, "Not trusted: it meets lenient rules of its format alone."],
        };
    }

    /// <summary>What the page says of a refusal that was found after the engine was content.</summary>
    internal CeremonyFailure Refuse(WebAuthnFailure failure, ReadOnlyMemory<byte> credentialId = default)
    {
        metrics.CeremonyFinished(failure.Ceremony, failure.Code);
        LogRefused(logger, failure.Code, failure.Section, failure.Step, failure.Detail);
        return new CeremonyFailure(
            CeremonyProblems.Of(failure.Error),
            failure.Error == WebAuthnError.CredentialUnknown ? Base64Url.EncodeToString(credentialId.Span) : null);
    }

    private bool BelongsHere(HttpContext http, string recordedBrowser, string? sid)
        => browser.Matches(http, recordedBrowser) && (sid is null || http.GetSession()?.Sid == sid);

    private CeremonyFailure ClientFailure(HttpContext http, CeremonyForm form, CeremonyKind kind)
    {
        metrics.CeremonyFinished(kind, "browser." + form.Error);
        LogClientError(logger, kind, form.Error, (long)form.Elapsed.TotalMilliseconds);
        return new CeremonyFailure(CeremonyProblems.Of(form, http.Request.Headers.UserAgent));
    }

    /// <summary>A sign that a passkey was copied is told to its owner, in the history of the account.</summary>
    private async Task RecordSuspicionAsync(StoredCredential credential, WebAuthnFailure failure, CancellationToken ct)
    {
        if (failure.Error is WebAuthnError.CounterRegression or WebAuthnError.BackupEligibilityChanged)
        {
            await sql.AppendAsync(
                AuditEvents.PasskeyRefused(audit.Create(), credential.CitizenId, credential.Id, failure.Code), ct);
        }
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "Passkey refused: {Code} ({Section} {Step}) {Detail}")]
    private static partial void LogRefused(ILogger logger, string code, string section, string step, string detail);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Information,
        Message = "Passkey ceremony {Kind} ended in the browser: {Error} after {Milliseconds} ms")]
    private static partial void LogClientError(ILogger logger, CeremonyKind kind, ClientError error, long milliseconds);
}
