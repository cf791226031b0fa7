using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>
/// Judges every enrolled passkey anew by the metadata in use: what they say of its model is stored with it, and what changed
/// is an event of its owner. Nothing changes twice, however many servers look at once and wherever one of them stopped.
/// </summary>
internal sealed partial class CredentialReview(
    SqlDatabase sql, MetadataStore metadata, IServiceScopeFactory scopes, IEnumerable<IAccountChangeParticipant> participants,
    AuditContextFactory audit, IOptions<AssuranceOptions> options, TimeProvider time, ILogger<CredentialReview> logger)
{
    private const int Page = 500;

    // Passkeys without a model cannot be looked up; most synced ones have one, of a provider that the metadata may know.
    private const string Next = """
        SELECT k.id, k.citizen_id, k.aaguid, k.attestation_trusted, k.trust_path, k.trust_anchor, k.attestation_key_identifier,
               k.model_standing, k.certification, k.model_statuses, k.backup_eligible, z.minimum_authenticator
        FROM credentials k JOIN citizens z ON z.id = k.citizen_id
        WHERE k.id > @after AND (k.aaguid <> @none OR k.attestation_key_identifier IS NOT NULL)
        ORDER BY k.id LIMIT @page
        """;

    // SECURITY: a long review by an older edition must not call good what a newer one has called broken meanwhile.
    private const string Change = """
        UPDATE credentials SET model_standing = @standing, certification = @certification, model_statuses = @statuses
        WHERE id = @id AND model_standing = @standing_before AND certification = @certification_before AND model_statuses = @statuses_before
            AND EXISTS (SELECT 1 FROM fido_metadata WHERE number = @number)
        """;

    // SECURITY: another edition may have been stored meanwhile; it is reviewed for itself.
    private const string Reviewed = "UPDATE fido_metadata SET reviewed_number = @number, reviewed_on = @on WHERE number = @number";

    private const string IsDue = """
        SELECT number FROM fido_metadata
        WHERE number = @number AND (reviewed_number IS NULL OR reviewed_number <> @number OR reviewed_on <> @on)
        """;

    /// <summary>Whether the metadata in use were not gone through yet, or not today: reports have a day from which they count.</summary>
    internal async Task<bool> IsDueAsync(CancellationToken ct)
        => metadata.Current is { } snapshot
            && await sql.FirstAsync(
                IsDue, p => p.Add("number", snapshot.Number).Add("on", Today()), row => new Due(row.Number(0)), ct) is not null;

    /// <summary>Goes through all passkeys once.</summary>
    /// <returns>How many have changed.</returns>
    internal async Task<int> RunAsync(CancellationToken ct)
    {
        if (metadata.Current is not { } snapshot)
        {
            return 0;
        }

        var (looked, changed) = (0, 0);
        var after = Guid.Empty;
        while (true)
        {
            var passkeys = await sql.ListAsync(
                Next, p => p.Add("after", after).Add("none", Guid.Empty).Add("page", Page), Reviewable.Read, ct);
            foreach (var passkey in passkeys)
            {
                changed += await JudgeAsync(passkey, snapshot, ct) ? 1 : 0;
            }

            looked += passkeys.Count;
            if (passkeys.Count < Page)
            {
                break;
            }

            after = passkeys[^1].Id;
        }

        await sql.ExecuteAsync(Reviewed, p => p.Add("number", snapshot.Number).Add("on", Today()), ct);
        LogReviewed(logger, looked, snapshot.Number, changed);
        return changed;
    }

    private async Task<bool> JudgeAsync(Reviewable passkey, MetadataSnapshot snapshot, CancellationToken ct)
    {
        var (before, now) = (passkey.Model, ModelState.Of(passkey.Record, snapshot, time.GetUtcNow()));
        if (now == before)
        {
            return false;
        }

        // First, so that a stop in between leaves the passkey to the next review.
        var record = passkey.Record;
        var isTooWeak = ModelState.ClassOf(
            record.IsBackupEligible, record.IsAttestationTrusted, now.Standing, now.Certification, options.Value) < passkey.Minimum;
        if (isTooWeak)
        {
            await EndSessionsAsync(passkey);
        }

        var (standing, certification) = (now.Standing.ToString(), now.Certification.ToString());
        var changed = await sql.TransactionAsync(
            async work => await work.ExecuteAsync(
                    Change,
                    p => p.Add("standing", standing).Add("certification", certification).Add("statuses", now.Statuses)
                        .Add("id", passkey.Id).Add("standing_before", before.Standing.ToString())
                        .Add("certification_before", before.Certification.ToString()).Add("statuses_before", before.Statuses)
                        .Add("number", snapshot.Number),
                    ct) == 1
                && await work.AppendAsync(
                    AuditEvents.PasskeyModelChanged(
                        audit.Create(), passkey.CitizenId, passkey.Id, passkey.Record.Aaguid, snapshot.Number, standing, certification,
                        now.Statuses),
                    ct) == 1
                && (!isTooWeak || await RecordAsync(work, new PasskeyTooWeak(passkey.CitizenId, passkey.Id), ct)),
            ct);
        if (changed && isTooWeak)
        {
            // SECURITY: and those that began until the change was there to be seen.
            await EndSessionsAsync(passkey);
            foreach (var participant in participants)
            {
                participant.Announce();
            }
        }

        return changed;
    }

    private async Task<bool> RecordAsync(SqlWork work, AccountChange change, CancellationToken ct)
    {
        foreach (var participant in participants)
        {
            await participant.RecordAsync(work, change, ct);
        }

        return true;
    }

    private async Task EndSessionsAsync(Reviewable passkey)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>().EndAllAsync(
            passkey.CitizenId, session => session.CredentialId == passkey.Id, SessionEndReason.PasskeyTooWeak);
    }

    private DateTimeOffset Today() => new(time.GetUtcNow().Date, TimeSpan.Zero);

    private sealed record Due(long Number);

    [LoggerMessage(EventId = 2331, Level = LogLevel.Information, Message = "{Count} passkeys were judged by FIDO metadata no. {Number}; {Changed} have changed")]
    private static partial void LogReviewed(ILogger logger, int count, long number, int changed);
}

/// <summary>A passkey as the review reads it.</summary>
internal sealed record Reviewable(Guid Id, Guid CitizenId, CredentialRecord Record, ModelState Model, AuthenticatorClass Minimum)
{
    internal static Reviewable Read(SqlRow row) => new(
        row.Guid(0),
        row.Guid(1),
        new CredentialRecord
        {
            // What ModelReview looks at; the rest is for ceremonies.
            Id = default,
            RelyingPartyId = "",
            UserHandle = default,
            PublicKey = default,
            SignCount = 0,
            IsUserVerificationInitialized = true,
            IsBackupEligible = row.Flag(10),
            IsBackedUp = false,
            Status = Fido2.CredentialStatus.Active,
            Aaguid = row.Guid(2),
            IsAttestationTrusted = row.Flag(3),
            TrustPathThumbprints = row.Text(4).Length == 0 ? [] : row.Text(4).Split(','),
            TrustAnchorThumbprint = row.TextOrNull(5),
            AttestationKeyIdentifier = row.TextOrNull(6),
        },
        new ModelState(Enum.Parse<ModelStanding>(row.Text(7)), Enum.Parse<CertificationLevel>(row.Text(8)), row.Text(9)),
        (AuthenticatorClass)row.Integer(11));
}
