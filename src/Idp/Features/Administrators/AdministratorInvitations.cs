using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>Makes invitations and uses them up.</summary>
internal sealed class AdministratorInvitations(
    SqlDatabase sql, AuditContextFactory audit, IOptions<IdpOptions> options, TimeProvider time)
{
    internal const string Path = "/administrators/enrol";

    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Makes an invitation.</summary>
    /// <returns>The link, the only place where the token stands.</returns>
    internal async Task<string> CreateAsync(CancellationToken ct)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await sql.TransactionAsync(
            async work =>
            {
                await work.ExecuteAsync(
                    """
                    INSERT INTO administrator_invitations (id, token_hash, created_at, expires_at)
                    VALUES (@id, @hash, @now, @expires)
                    """,
                    p => p.Add("id", Guid.CreateVersion7(now)).Add("hash", Hash(token)).Add("now", now).Add("expires", now + Lifetime),
                    ct);
                await work.AppendAsync(AuditEvents.AdministratorInvited(audit.Create()), ct);
                return true;
            },
            ct);
        return $"{options.Value.BrowserOrigin}{Path}?token={token}";
    }

    /// <summary>Whether the link still works; looking does not use it up.</summary>
    internal async Task<bool> IsOpenAsync(string? token, CancellationToken ct)
        => IsToken(token) && (await sql.ListAsync(
            "SELECT 1 FROM administrator_invitations WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @now",
            p => p.Add("hash", Hash(token!)).Add("now", time.GetUtcNow()),
            row => row.Integer(0),
            ct)).Count == 1;

    /// <summary>
    /// Uses the link up and makes the citizen an administrator, in the transaction that stores the citizen's passkey:
    /// of any number of callers exactly one succeeds, and a transaction that is undone gives the link back.
    /// </summary>
    /// <returns>Whether the link was still open; if not, the transaction must be undone.</returns>
    internal async Task<bool> TakeAsync(SqlWork work, string? token, Guid citizenId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!IsToken(token) || await work.ExecuteAsync(
            """
            UPDATE administrator_invitations SET used_at = @now, citizen_id = @citizen
            WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @now
            """,
            p => p.Add("now", now).Add("citizen", citizenId).Add("hash", Hash(token!)),
            ct) != 1)
        {
            return false;
        }

        await work.ExecuteAsync(
            "INSERT INTO administrator_roles (id, citizen_id, agency, granted_at) VALUES (@id, @citizen, '', @now)",
            p => p.Add("id", Guid.CreateVersion7(now)).Add("citizen", citizenId).Add("now", now),
            ct);
        await work.AppendAsync(AuditEvents.AdministratorEnrolled(audit.Create(), citizenId), ct);
        return true;
    }

    /// <summary>Whether anybody is an administrator, or was ever invited to be one.</summary>
    internal async Task<bool> HasBegunAsync(CancellationToken ct)
        => (await sql.ListAsync(
            "SELECT 1 FROM administrator_invitations UNION SELECT 1 FROM administrator_roles", _ => { }, row => row.Integer(0), ct)).Count > 0;

    private static bool IsToken(string? token) => token is { Length: 43 } && Base64Url.IsValid(token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));
}
