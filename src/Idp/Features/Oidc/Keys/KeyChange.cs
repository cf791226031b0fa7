using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>The statements of one change of the keys, each with its audit event.</summary>
/// <param name="work">The transaction.</param>
/// <param name="context">When it happens.</param>
/// <param name="keys">The keys as the transaction found them.</param>
internal sealed class KeyChange(SqlWork work, AuditContext context, IReadOnlyList<StoredKey> keys)
{
    internal DateTimeOffset Now => context.At;

    internal KeySchedule Schedule(string alg) => KeySchedule.Of(alg, keys, Now);

    internal StoredKey? Find(string kid) => keys.FirstOrDefault(key => key.Kid == kid);

    /// <summary>Stores a key, which is published from now on and signs from <paramref name="activatesAt"/>.</summary>
    /// <returns>False if the place was taken, which only a process that does not take turns could have done.</returns>
    internal async Task<bool> AddAsync(MadeKey key, DateTimeOffset activatesAt, string reason, CancellationToken ct)
    {
        var generation = keys.Where(k => k.Alg == key.Alg).Select(k => k.Generation).DefaultIfEmpty(0).Max() + 1;
        var rows = await work.ExecuteAsync(
            """
            INSERT INTO signing_keys (kid, alg, generation, created_at, activates_at, retires_at, public_jwk, protected_private)
            VALUES (@kid, @alg, @generation, @now, @activates, @never, @jwk, @private)
            ON CONFLICT (alg, generation) DO NOTHING
            """,
            p => p.Add("kid", key.Kid).Add("alg", key.Alg).Add("generation", generation).Add("now", Now).Add("activates", activatesAt)
                .Add("never", (DateTimeOffset?)null).Add("jwk", key.PublicJwk).Add("private", key.Protected),
            ct);
        if (rows == 1)
        {
            await work.AppendAsync(AuditEvents.SigningKeyAnnounced(context, key.Kid, key.Alg, activatesAt, reason), ct);
        }

        return rows == 1;
    }

    /// <summary>An announced key signs from now on.</summary>
    internal async Task ActivateAsync(StoredKey key, string reason, CancellationToken ct)
    {
        await work.ExecuteAsync(
            "UPDATE signing_keys SET activates_at = @now WHERE kid = @kid", p => p.Add("now", Now).Add("kid", key.Kid), ct);
        await work.AppendAsync(AuditEvents.SigningKeyActivated(context, key.Kid, key.Alg, reason), ct);
    }

    /// <summary>Says when a key that signs, or has signed, is no longer published.</summary>
    internal Task RetireAsync(StoredKey key, DateTimeOffset? at, CancellationToken ct) => work.ExecuteAsync(
        "UPDATE signing_keys SET retires_at = @at WHERE kid = @kid", p => p.Add("at", at).Add("kid", key.Kid), ct);

    /// <summary>Removes keys whose time is over, with their private parts.</summary>
    internal async Task<bool> RemoveRetiredAsync(CancellationToken ct)
    {
        var over = keys.Where(key => !key.IsPublished(Now)).ToList();
        foreach (var key in over)
        {
            await DeleteAsync(key, ct);
            await work.AppendAsync(AuditEvents.SigningKeyRetired(context, key.Kid, key.Alg), ct);
        }

        return over.Count > 0;
    }

    /// <summary>Removes a key whatever its time.</summary>
    internal async Task RevokeAsync(StoredKey key, CancellationToken ct)
    {
        await DeleteAsync(key, ct);
        await work.AppendAsync(AuditEvents.SigningKeyRevoked(context, key.Kid, key.Alg), ct);
    }

    private Task<int> DeleteAsync(StoredKey key, CancellationToken ct)
        => work.ExecuteAsync("DELETE FROM signing_keys WHERE kid = @kid", p => p.Add("kid", key.Kid), ct);
}
