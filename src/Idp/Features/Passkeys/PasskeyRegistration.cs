using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Sessions;
using Npgsql;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Stores verified registrations: account, passkey and events in one transaction, or nothing.</summary>
internal sealed class PasskeyRegistration(
    IdpDb db, UserManager<Citizen> citizens, CeremonyService ceremonies, MetadataStore metadata,
    IEnumerable<IAccountChangeParticipant> participants, AuditContextFactory audit)
{
    /// <summary>More than anybody needs, few enough to be read.</summary>
    internal const int MostPasskeys = 20;

    /// <summary>Makes the account of a verified first passkey. Nothing of it exists before, and no account without a passkey.</summary>
    /// <param name="passkey">The verified registration.</param>
    /// <param name="label">What the person wants to be called.</param>
    /// <param name="also">What else belongs to the new account, in the same transaction; false undoes everything.</param>
    /// <param name="ct">Cancels before anything is written.</param>
    internal async Task<(NewSession? Account, CeremonyFailure? Failure)> CreateAccountAsync(
        NewPasskey passkey, string label, Func<SqlWork, Guid, Task<bool>>? also, CancellationToken ct)
    {
        var context = audit.Create();
        var citizen = new Citizen
        {
            Id = Guid.CreateVersion7(context.At),
            DisplayLabel = label,
            UserHandle = passkey.Record.UserHandle.ToArray(),
            CreatedAt = context.At,
            MinimumAuthenticator = passkey.Ceremony.Minimum,
        };
        var created = await citizens.CreateAsync(citizen);
        if (!created.Succeeded)
        {
            throw new InvalidOperationException(string.Join(", ", created.Errors.Select(error => error.Code)));
        }

        var credential = Row(citizen.Id, passkey.Record, context);
        var level = AssuranceLevel.Of(passkey.Record);
        var session = new NewSession(citizen.Id, credential.Id, level.Acr, level.Amr, context.Device, label);
        db.Credentials.Add(credential);
        db.AuditEvents.Add(AuditEvents.CitizenSignedUp(context, citizen.Id, credential.Id));

        // Before the session exists: without the event there is none. A moment later, so that the history reads in order.
        var next = context with { At = context.At.AddMilliseconds(1) };
        db.AuditEvents.Add(AuditEvents.SessionStarted(next, session));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await SaveAsync(ct) is { } failure)
        {
            return (null, failure);
        }

        if (also is not null
            && !await also(new SqlWork(db.Database.GetDbConnection(), transaction.GetDbTransaction()), citizen.Id))
        {
            return (null, new CeremonyFailure(CeremonyProblems.Expired));
        }

        await transaction.CommitAsync(ct);
        return (session, null);
    }

    /// <summary>Adds a verified passkey to the account of the session.</summary>
    internal async Task<(Credential? Credential, CeremonyFailure? Failure)> AddAsync(
        NewPasskey passkey, Session session, CancellationToken ct)
    {
        var context = audit.Create();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // One change of an account's passkeys at a time: the second of two waits here, then counts again.
        var stamp = Guid.CreateVersion7(context.At).ToString("N");
        var active = await db.Citizens.Where(c => c.Id == session.CitizenId && c.Status == CitizenStatus.Active)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.SecurityStamp, stamp).SetProperty(c => c.ConcurrencyStamp, stamp), ct);
        if (active != 1)
        {
            return (null, new CeremonyFailure(CeremonyProblems.Suspended));
        }

        // SECURITY: a session may outlive its passkey for a moment, and the permit with it; it must not give itself another.
        if (!await db.Credentials.AnyAsync(
            c => c.Id == session.CredentialId && c.CitizenId == session.CitizenId && c.Status == Data.CredentialStatus.Active, ct))
        {
            return (null, new CeremonyFailure(CeremonyProblems.UnknownPasskey));
        }

        if (await db.Credentials.CountAsync(c => c.CitizenId == session.CitizenId, ct) >= MostPasskeys)
        {
            return (null, new CeremonyFailure(CeremonyProblems.TooMany));
        }

        var credential = Row(session.CitizenId, passkey.Record, context);
        db.Credentials.Add(credential);
        db.AuditEvents.Add(AuditEvents.PasskeyRegistered(context, session, credential.Id));
        if (await SaveAsync(ct) is { } failure)
        {
            return (null, failure);
        }

        var work = new SqlWork(db.Database.GetDbConnection(), transaction.GetDbTransaction());
        foreach (var participant in participants)
        {
            await participant.RecordAsync(work, new PasskeyAdded(session.CitizenId, PasskeyKinds.Of(credential)), ct);
        }

        await transaction.CommitAsync(ct);
        foreach (var participant in participants)
        {
            participant.Announce();
        }

        return (credential, null);
    }

    private Credential Row(Guid citizenId, CredentialRecord record, AuditContext context)
    {
        var model = ModelState.Of(record, metadata.Current, context.At);
        return new()
        {
            Id = Guid.CreateVersion7(context.At),
            CitizenId = citizenId,
            CredentialId = record.Id.ToArray(),
            PublicKey = record.PublicKey.ToArray(),
            Algorithm = (int)record.Algorithm,
            SignCount = record.SignCount,
            Aaguid = record.Aaguid,
            Transports = string.Join(',', record.Transports),
            BackupEligible = record.IsBackupEligible,
            BackedUp = record.IsBackedUp,
            UserVerificationInitialized = record.IsUserVerificationInitialized,
            AttestationFormat = record.AttestationFormat,
            AttestationType = record.AttestationType.ToString(),
            AttestationTrusted = record.IsAttestationTrusted,
            Certification = model.Certification.ToString(),
            MetadataNumber = record.MetadataNumber,
            TrustPath = record.IsAttestationTrusted ? string.Join(',', record.TrustPathThumbprints) : "",
            TrustAnchor = record.TrustAnchorThumbprint,
            AttestationKeyIdentifier = record.AttestationKeyIdentifier,
            ModelStanding = model.Standing.ToString(),
            ModelStatuses = model.Statuses,
            AttestationObject = record.AttestationObject.ToArray(),
            AttestationClientDataJson = record.AttestationClientDataJson.ToArray(),
            RpId = record.RelyingPartyId,
            CreatedAt = context.At,
            LastUsedOn = context.Device,
        };
    }

    /// <summary>§7.1 step 26, for any citizen and without a race: the unique index decides.</summary>
    private async Task<CeremonyFailure?> SaveAsync(CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException e) when (e.InnerException
            is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } or SqliteException { SqliteExtendedErrorCode: 2067 })
        {
            db.ChangeTracker.Clear();
            return ceremonies.Refuse(WebAuthnFailure.Of(WebAuthnError.CredentialExists, CeremonyKind.Create));
        }
    }
}
