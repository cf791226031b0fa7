using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using StoredStatus = Moi.Identity.Idp.Data.CredentialStatus;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>A passkey as the sign-in path reads it: its record for the engine, and whose it is.</summary>
internal sealed record StoredCredential(
    Guid Id, Guid CitizenId, CredentialRecord Record, DateTimeOffset? LastUsedAt, CitizenStatus CitizenStatus, string DisplayLabel)
{
    /// <summary>What the authenticator is worth today.</summary>
    internal AuthenticatorClass Class { get; init; }

    /// <summary>What its class was read from: how its model stands and is certified.</summary>
    internal (string Standing, string Certification) Model { get; init; }

    /// <summary>What the account demands of it.</summary>
    internal AuthenticatorClass Minimum { get; init; }

    /// <summary>How well its owner is known.</summary>
    internal IdentityLevel Identity { get; init; }
}

/// <summary>Reads and updates passkeys in plain SQL: one select and one update a ceremony.</summary>
internal sealed class CredentialTable(SqlDatabase sql, IOptions<AssuranceOptions> options)
{
    /// <summary>A synced passkey keeps no counter; its last use is written at most this often.</summary>
    private static readonly TimeSpan LastUseGrain = TimeSpan.FromMinutes(5);

    private const string Find = """
        SELECT k.id, k.citizen_id, k.credential_id, k.rp_id, z.user_handle, k.public_key, k.sign_count,
               k.user_verification_initialized, k.backup_eligible, k.backed_up, k.status, k.last_used_at, z.status, z.display_label,
               k.transports, k.attestation_trusted, k.model_standing, k.certification, z.identity_level, z.minimum_authenticator
        FROM credentials k JOIN citizens z ON z.id = k.citizen_id
        WHERE k.credential_id = @credential
        """;

    private const string Descriptors = """
        SELECT credential_id, transports, backup_eligible, attestation_trusted, model_standing, certification
        FROM credentials WHERE citizen_id = @citizen AND status = 0 ORDER BY created_at LIMIT 100
        """;

    private const string Usable = """
        SELECT k.id, k.backup_eligible, k.attestation_trusted, k.model_standing, k.certification, z.minimum_authenticator
        FROM credentials k JOIN citizens z ON z.id = k.citizen_id
        WHERE k.citizen_id = @citizen AND k.status = 0 LIMIT 100
        """;

    // Whatever their state: a device must not lose a passkey that is only suspended.
    private const string Known = """
        SELECT z.user_handle, z.display_label, k.credential_id
        FROM citizens z JOIN credentials k ON k.citizen_id = z.id
        WHERE z.id = @citizen AND k.status <> 2 ORDER BY k.created_at LIMIT 100
        """;

    private const string Account = "SELECT id, user_handle, minimum_authenticator FROM citizens WHERE id = @citizen AND status = 0";

    // SECURITY: since it was read, nobody may have removed or judged it anew, and nobody may have suspended its owner.
    private const string Unchanged = """
        k.id = @id AND k.status = 0 AND k.model_standing = @standing AND k.certification = @certification
            AND EXISTS (SELECT 1 FROM citizens z WHERE z.id = k.citizen_id AND z.status = 0)
        """;

    // Nobody else may have used it either, and the counter only ever grows.
    private const string Update = $"""
        UPDATE credentials AS k
        SET sign_count = @count, backed_up = @backed_up, user_verification_initialized = @verified, last_used_at = @now, last_used_on = @device
        WHERE {Unchanged} AND k.sign_count = @before AND k.sign_count <= @count
        """;

    private const string Append = $"{AuditSql.InsertWhere} EXISTS (SELECT 1 FROM credentials k WHERE {Unchanged})";

    /// <summary>The passkey with this credential id, and the state of its owner. RP ID and owner are the engine's to check.</summary>
    internal Task<StoredCredential?> FindAsync(ReadOnlyMemory<byte> credentialId, CancellationToken ct)
        => sql.FirstAsync(Find, p => p.Add("credential", credentialId.ToArray()), Read, ct);

    /// <summary>The account, if it may sign in.</summary>
    internal Task<KnownAccount?> AccountAsync(Guid citizenId, CancellationToken ct)
        => sql.FirstAsync(
            Account, p => p.Add("citizen", citizenId), row => new KnownAccount(row.Guid(0), row.Bytes(1)) { Minimum = (AuthenticatorClass)row.Integer(2) }, ct);

    /// <summary>The passkeys of an account, as options name them.</summary>
    internal async Task<IReadOnlyList<PublicKeyCredentialDescriptor>> DescriptorsAsync(Guid citizenId, CancellationToken ct)
        => [.. (await ListAsync(citizenId, ct)).Select(passkey => passkey.Descriptor)];

    /// <summary>Those that are good enough, where there are any; else all of them, and the answer will not do.</summary>
    internal async Task<IReadOnlyList<PublicKeyCredentialDescriptor>> DescriptorsAsync(
        Guid citizenId, AuthenticatorClass minimum, CancellationToken ct)
    {
        var all = await ListAsync(citizenId, ct);
        var enough = all.Where(passkey => passkey.Class >= minimum).ToArray();
        return [.. (enough.Length > 0 ? enough : [.. all]).Select(passkey => passkey.Descriptor)];
    }

    /// <summary>The passkeys with which somebody can sign in today: active, and good enough for the account.</summary>
    internal async Task<IReadOnlyList<Guid>> UsableAsync(SqlWork work, Guid citizenId, CancellationToken ct)
        => [.. (await work.ListAsync(
            Usable, p => p.Add("citizen", citizenId),
            row => (Id: row.Guid(0), Class: ClassOf(row, 1), Minimum: (AuthenticatorClass)row.Integer(5)), ct))
            .Where(passkey => passkey.Class >= passkey.Minimum).Select(passkey => passkey.Id)];

    /// <summary>The passkeys of an account, as devices may know them.</summary>
    internal Task<List<(byte[] UserHandle, string Label, byte[] CredentialId)>> KnownAsync(Guid citizenId, CancellationToken ct)
        => sql.ListAsync(Known, p => p.Add("citizen", citizenId), row => (row.Bytes(0), row.Text(1), row.Bytes(2)), ct);

    /// <summary>Records a use and its event in one transaction: WebAuthn §7.2 step 24 as a compare-and-set.</summary>
    /// <returns>
    /// False, and nothing written, if since it was read the passkey was used elsewhere, removed or judged anew, or its owner suspended.
    /// </returns>
    internal Task<bool> RecordUseAsync(VerifiedPasskey verified, AuditEvent audit, CancellationToken ct)
        => NeedsUpdate(verified, audit.At)
            ? sql.TransactionAsync(
                async work => await RecordUseAsync(work, verified, audit, ct) && await work.AppendAsync(audit, ct) == 1, ct)
            : AppendIfUnchangedAsync(verified, audit, ct);

    /// <summary>The update alone, inside somebody's transaction.</summary>
    internal static async Task<bool> RecordUseAsync(
        SqlWork work, VerifiedPasskey verified, AuditEvent audit, CancellationToken ct)
    {
        var after = verified.Verdict.Credential;
        return await work.ExecuteAsync(
            Update,
            p => Bind(p, verified).Add("count", (long)after.SignCount).Add("backed_up", after.IsBackedUp)
                .Add("verified", after.IsUserVerificationInitialized).Add("now", audit.At).Add("device", audit.Device)
                .Add("before", (long)verified.Verdict.Before.SignCount),
            ct) == 1;
    }

    /// <summary>Whether a passkey that was verified in this request may still be used.</summary>
    internal async Task<bool> IsUnchangedAsync(VerifiedPasskey verified, CancellationToken ct)
        => (await sql.ListAsync(
            $"SELECT k.id FROM credentials k WHERE {Unchanged}", p => Bind(p, verified), static row => row.Guid(0), ct)).Count == 1;

    private static SqlParameters Bind(SqlParameters p, VerifiedPasskey verified)
        => p.Add("id", verified.Credential.Id).Add("standing", verified.Credential.Model.Standing)
            .Add("certification", verified.Credential.Model.Certification);

    private static bool NeedsUpdate(VerifiedPasskey verified, DateTimeOffset now)
        => verified.Verdict.Credential.SignCount != verified.Verdict.Before.SignCount
            || verified.Verdict.Credential.IsBackedUp != verified.Verdict.Before.IsBackedUp
            || verified.Verdict.Credential.IsUserVerificationInitialized != verified.Verdict.Before.IsUserVerificationInitialized
            || verified.Credential.LastUsedAt is not { } last || now - last >= LastUseGrain;

    /// <summary>Writes an event if a passkey that was verified in this request may still be used.</summary>
    internal async Task<bool> AppendIfUnchangedAsync(VerifiedPasskey verified, AuditEvent audit, CancellationToken ct)
        => await sql.ExecuteAsync(Append, p => Bind(p, verified).BindAudit(audit), ct) == 1;

    private Task<List<(PublicKeyCredentialDescriptor Descriptor, AuthenticatorClass Class)>> ListAsync(Guid citizenId, CancellationToken ct)
        => sql.ListAsync(
            Descriptors,
            p => p.Add("citizen", citizenId),
            row => (new PublicKeyCredentialDescriptor { Id = row.Bytes(0), Transports = Split(row.Text(1)) }, ClassOf(row, 2)),
            ct);

    /// <summary>From four columns: backup eligible, trusted, standing and certification.</summary>
    private AuthenticatorClass ClassOf(SqlRow row, int at) => ClassOf(row, row.Flag(at), at + 1);

    private AuthenticatorClass ClassOf(SqlRow row, bool isBackupEligible, int at)
        => ModelState.ClassOf(
            isBackupEligible, row.Flag(at), Enum.Parse<ModelStanding>(row.Text(at + 1)), Enum.Parse<CertificationLevel>(row.Text(at + 2)),
            options.Value);

    private static string[]? Split(string transports) => transports.Length == 0 ? null : transports.Split(',');

    private StoredCredential Read(SqlRow row) => new(
        row.Guid(0),
        row.Guid(1),
        new CredentialRecord
        {
            Id = row.Bytes(2),
            RelyingPartyId = row.Text(3),
            UserHandle = row.Bytes(4),
            PublicKey = row.Bytes(5),
            SignCount = (uint)row.Number(6),
            IsUserVerificationInitialized = row.Flag(7),
            IsBackupEligible = row.Flag(8),
            IsBackedUp = row.Flag(9),
            Transports = Split(row.Text(14)) ?? [],
            Status = (StoredStatus)row.Integer(10) switch
            {
                StoredStatus.Active => Fido2.CredentialStatus.Active,
                StoredStatus.Suspended => Fido2.CredentialStatus.Suspended,
                _ => Fido2.CredentialStatus.Revoked,
            },
        },
        row.TimeOrNull(11),
        (CitizenStatus)row.Integer(12),
        row.Text(13))
    {
        Class = ClassOf(row, row.Flag(8), 15),
        Model = (row.Text(16), row.Text(17)),
        Identity = (IdentityLevel)row.Integer(18),
        Minimum = (AuthenticatorClass)row.Integer(19),
    };
}
