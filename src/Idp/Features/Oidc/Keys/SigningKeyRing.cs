using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Storage;
using OpenIddict.Server;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>
/// The signing keys of all server processes, as a snapshot. ES256 exists before the first request; RSA keys, which
/// take longer to make, follow in the background.
/// </summary>
internal sealed partial class SigningKeyRing(
    SqlDatabase sql, IDataProtectionProvider protection, IShortLivedStore store, AuditContextFactory audit,
    TimeProvider time, ILogger<SigningKeyRing> logger)
    : StoredSnapshot(store, time, "signing-keys", TimeSpan.FromSeconds(60), logger), IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Idp.SigningKeys");
    private Snapshot _snapshot = Snapshot.Empty;
    private CancellationTokenSource _changed = new();

    /// <summary>Published keys, those of the default algorithm first.</summary>
    internal IReadOnlyList<RingKey> Keys => _snapshot.Keys;

    /// <summary>The JWK Set as it is sent.</summary>
    internal ReadOnlyMemory<byte> Jwks => _snapshot.Jwks;

    /// <summary>Keys in the database that this process cannot decrypt: its Data Protection keys are not the right ones.</summary>
    internal IReadOnlyList<string> Unreadable => _snapshot.Unreadable;

    string? IOptionsChangeTokenSource<OpenIddictServerOptions>.Name => Options.DefaultName;

    /// <summary>
    /// What signs for this algorithm now. A key that is still being made in the background is waited for: a client
    /// that asked for RS256 gets nothing else.
    /// </summary>
    internal ValueTask<SigningCredentials> CredentialsForAsync(string alg, CancellationToken ct)
        => _snapshot.Active.TryGetValue(alg, out var key) ? new(key.Credentials) : new(MakeAndGetAsync(alg, ct));

    /// <summary>Whether a key of this algorithm can sign.</summary>
    internal bool Has(string alg) => _snapshot.Active.ContainsKey(alg);

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = Task.Run(MakeRsaKeysAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    protected override async Task ReadAsync(CancellationToken ct)
    {
        await ReadRowsAsync(ct);
        if (await MakeAsync(RingKey.Es256, ct))
        {
            await ReadRowsAsync(ct);
        }
    }

    /// <summary>Reading is cheap, and a key also becomes active by the passing of time.</summary>
    protected override Task<bool> IsOutdatedAsync(CancellationToken ct) => Task.FromResult(true);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _changed.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task MakeRsaKeysAsync()
    {
        try
        {
            foreach (var alg in RingKey.Algorithms)
            {
                await EnsureAsync(alg, CancellationToken.None);
            }
        }
        catch (ObjectDisposedException)
        {
            // The server is going down; the next start makes them.
        }
#pragma warning disable CA1031 // Whatever it is, clients of the default algorithm are not affected; the next start tries again.
        catch (Exception e)
        {
            LogNotMade(logger, e);
        }
#pragma warning restore CA1031
    }

    private async Task<SigningCredentials> MakeAndGetAsync(string alg, CancellationToken ct)
    {
        await EnsureAsync(alg, ct);
        return _snapshot.Active.TryGetValue(alg, out var key)
            ? key.Credentials
            : throw new InvalidOperationException($"There is no signing key for {alg} that can be read.");
    }

    private async Task EnsureAsync(string alg, CancellationToken ct)
    {
        if (await MakeAsync(alg, ct))
        {
            await ChangedAsync(ct);
        }
    }

    /// <summary>Makes the first key of an algorithm, unless another process did.</summary>
    /// <returns>Whether there may be a key that was not loaded yet.</returns>
    private async Task<bool> MakeAsync(string alg, CancellationToken ct)
    {
        // A key that is there and cannot be read is a fault to be shown, not a reason to start over.
        if (_snapshot.Stored.Contains(alg))
        {
            return false;
        }

        var (key, pkcs8) = RingKey.Create(alg);
        var now = Clock.GetUtcNow();

        // Before the transaction: on the very first start Data Protection stores a key of its own.
        var protectedKey = _protector.Protect(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        await sql.TransactionAsync(
            async work =>
            {
                var rows = await work.ExecuteAsync(
                    """
                    INSERT INTO signing_keys (kid, alg, generation, created_at, activates_at, retires_at, public_jwk, protected_private)
                    VALUES (@kid, @alg, 1, @now, @now, @never, @jwk, @private)
                    ON CONFLICT (alg, generation) DO NOTHING
                    """,
                    p => p.Add("kid", key.Kid).Add("alg", alg).Add("now", now).Add("never", (DateTimeOffset?)null)
                        .Add("jwk", key.PublicJwk.ToJsonString()).Add("private", protectedKey),
                    ct);
                if (rows == 1)
                {
                    await work.AppendAsync(AuditEvents.SigningKeyCreated(audit.Create(), key.Kid, alg), ct);
                }

                return rows == 1;
            },
            ct);
        LogMade(logger, alg, key.Kid);
        return true;
    }

    private async Task ReadRowsAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        var rows = await sql.ListAsync(
            """
            SELECT kid, alg, activates_at, retires_at, protected_private FROM signing_keys
            WHERE retires_at IS NULL OR retires_at > @now ORDER BY activates_at DESC, kid
            """,
            p => p.Add("now", now),
            row => new StoredKey(row.Text(0), row.Text(1), row.Time(2), row.Bytes(4)), ct);
        var next = Build(rows, now);
        if (next.IsSameAs(_snapshot))
        {
            return;
        }

        _snapshot = next;

        // The engine's options hold the keys: make it read them again.
        var changed = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
        await changed.CancelAsync();
        changed.Dispose();
    }

    private Snapshot Build(List<StoredKey> rows, DateTimeOffset now)
    {
        var keys = new List<RingKey>();
        var active = new Dictionary<string, RingKey>();
        var unreadable = new List<string>();
        foreach (var row in rows.OrderBy(row => Order(row.Alg)))
        {
            if ((_snapshot.Keys.FirstOrDefault(k => k.Kid == row.Kid) ?? TryImport(row)) is not { } key)
            {
                unreadable.Add(row.Kid);
                continue;
            }

            keys.Add(key);
            if (row.ActivatesAt <= now)
            {
                active.TryAdd(row.Alg, key);
            }
        }

        var jwks = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(k => k.PublicJwk.DeepClone())]) };
        return new Snapshot(
            keys, active.ToFrozenDictionary(), [.. rows.Select(r => r.Alg)], unreadable,
            Encoding.UTF8.GetBytes(jwks.ToJsonString()));
    }

    private static int Order(string alg)
    {
        for (var i = 0; i < RingKey.Algorithms.Count; i++)
        {
            if (RingKey.Algorithms[i] == alg)
            {
                return i;
            }
        }

        return RingKey.Algorithms.Count;
    }

    private RingKey? TryImport(StoredKey row)
    {
        try
        {
            var pkcs8 = _protector.Unprotect(row.Protected);
            var key = RingKey.Import(row.Alg, pkcs8);
            CryptographicOperations.ZeroMemory(pkcs8);
            return key;
        }
        catch (CryptographicException e)
        {
            LogUnreadable(logger, e, row.Kid);
            return null;
        }
    }

    private sealed record StoredKey(string Kid, string Alg, DateTimeOffset ActivatesAt, byte[] Protected);

    private sealed record Snapshot(
        IReadOnlyList<RingKey> Keys, FrozenDictionary<string, RingKey> Active, FrozenSet<string> Stored,
        IReadOnlyList<string> Unreadable, ReadOnlyMemory<byte> Jwks)
    {
        internal static readonly Snapshot Empty =
            new([], FrozenDictionary<string, RingKey>.Empty, FrozenSet<string>.Empty, [], ReadOnlyMemory<byte>.Empty);

        internal bool IsSameAs(Snapshot other)
            => Keys.SequenceEqual(other.Keys) && Unreadable.SequenceEqual(other.Unreadable)
                && Active.Count == other.Active.Count && Active.All(a => other.Active.GetValueOrDefault(a.Key) == a.Value);
    }

    [LoggerMessage(EventId = 5201, Level = LogLevel.Information, Message = "Signing key for {Alg} made: {Kid}")]
    private static partial void LogMade(ILogger logger, string alg, string kid);

    [LoggerMessage(EventId = 5202, Level = LogLevel.Error, Message = "The RSA signing keys could not be made")]
    private static partial void LogNotMade(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5203, Level = LogLevel.Critical, Message = "Signing key {Kid} cannot be decrypted: this process does not have the Data Protection key that protects it")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string kid);
}
