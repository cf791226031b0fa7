using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Oidc.Discovery;
using Moi.Identity.Idp.Storage;
using OpenIddict.Server;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>
/// The signing keys of all server processes, as a snapshot. ES256 exists before the first request; RSA keys, which
/// take longer to make, follow in the background.
/// </summary>
internal sealed partial class SigningKeyRing(
    SigningKeyStore keys, IShortLivedStore store, IOptions<SigningKeyOptions> rotation, TimeProvider time, ILogger<SigningKeyRing> logger)
    : StoredSnapshot(store, time, "signing-keys", TimeSpan.FromSeconds(60), logger), IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    private Snapshot _snapshot = Snapshot.Empty;
    private CancellationTokenSource _changed = new();

    /// <summary>Published keys, those of the default algorithm first.</summary>
    internal IReadOnlyList<RingKey> Keys => _snapshot.Keys;

    /// <summary>The JWK Set as it is sent.</summary>
    internal PublishedDocument Jwks => _snapshot.Jwks;

    /// <summary>Every row, those whose time is over included.</summary>
    internal IReadOnlyList<StoredKey> Stored => _snapshot.Stored;

    /// <summary>Keys in the database that this process cannot decrypt: its Data Protection keys are not the right ones.</summary>
    internal IReadOnlyList<string> Unreadable => _snapshot.Unreadable;

    string? IOptionsChangeTokenSource<OpenIddictServerOptions>.Name => Options.DefaultName;

    internal KeySchedule Schedule(string alg) => KeySchedule.Of(alg, Stored, Clock.GetUtcNow());

    /// <summary>
    /// What signs for this algorithm now. A key that is still being made in the background is waited for: a client
    /// that asked for RS256 gets nothing else.
    /// </summary>
    internal ValueTask<SigningCredentials> CredentialsForAsync(string alg, CancellationToken ct)
        => Signing(alg) is { } key ? new(key.Credentials) : new(MakeAndGetAsync(alg, ct));

    /// <summary>Whether a key of this algorithm can sign.</summary>
    internal bool Has(string alg) => Signing(alg) is not null;

    /// <summary>How long the keys that sign may go on.</summary>
    internal IEnumerable<(string Alg, TimeSpan Left)> TimeLeft()
    {
        var now = Clock.GetUtcNow();
        foreach (var alg in RingKey.Algorithms)
        {
            if (Schedule(alg).RotatesAt(rotation.Value) is { } end)
            {
                yield return (alg, end - now);
            }
        }
    }

    /// <summary>Sees to it that the algorithm has a key, unless another process did.</summary>
    internal async Task EnsureAsync(string alg, CancellationToken ct)
    {
        if (await MakeFirstAsync(alg, ct))
        {
            await ChangedAsync(ct);
        }
    }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    protected override async Task ReadAsync(CancellationToken ct)
    {
        await ReadRowsAsync(ct);
        if (await MakeFirstAsync(RingKey.Es256, ct))
        {
            await ReadRowsAsync(ct);
        }
    }

    /// <summary>Reading is cheap, and keys also come and go by the passing of time.</summary>
    protected override Task<bool> IsOutdatedAsync(CancellationToken ct) => Task.FromResult(true);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _changed.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The newest key whose time has come: by the clock, not by the last look at the database.</summary>
    private RingKey? Signing(string alg)
    {
        var now = Clock.GetUtcNow();
        foreach (var (row, key) in _snapshot.Usable)
        {
            if (row.Alg == alg && row.ActivatesAt <= now && row.IsPublished(now))
            {
                return key;
            }
        }

        return null;
    }

    private async Task<SigningCredentials> MakeAndGetAsync(string alg, CancellationToken ct)
    {
        await EnsureAsync(alg, ct);
        return Signing(alg)?.Credentials ?? throw new InvalidOperationException($"There is no signing key for {alg} that can be read.");
    }

    /// <returns>Whether there may be a key that was not loaded yet.</returns>
    private async Task<bool> MakeFirstAsync(string alg, CancellationToken ct)
    {
        // A key that is there and cannot be read is a fault to be shown, not a reason to start over.
        if (Schedule(alg).Signing is not null)
        {
            return false;
        }

        var made = keys.Make(alg);
        var isMade = await keys.ChangeAsync(
            async change => change.Schedule(alg).Signing is null && await change.AddAsync(made, change.Now, "first", ct), ct);
        if (isMade)
        {
            LogMade(logger, alg, made.Kid);
        }

        return true;
    }

    private async Task ReadRowsAsync(CancellationToken ct)
    {
        var next = Build(await keys.ListAsync(ct));
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

    private Snapshot Build(List<StoredKey> rows)
    {
        var now = Clock.GetUtcNow();
        var usable = new List<(StoredKey Row, RingKey Key)>();
        var unreadable = new List<string>();
        foreach (var row in rows.Where(row => row.IsPublished(now)).OrderByDescending(row => row.Generation))
        {
            if ((_snapshot.Keys.FirstOrDefault(key => key.Kid == row.Kid) ?? keys.TryImport(row)) is { } key)
            {
                usable.Add((row, key));
            }
            else
            {
                unreadable.Add(row.Kid);
            }
        }

        // Whoever takes the first key that fits takes one that signs.
        List<RingKey> published =
            [.. usable.OrderBy(k => Order(k.Row.Alg)).ThenBy(k => k.Row.ActivatesAt > now).Select(k => k.Key)];
        var jwks = new JsonObject { ["keys"] = new JsonArray([.. published.Select(key => key.PublicJwk.DeepClone())]) };
        return new Snapshot(
            rows, usable, published, unreadable,
            new PublishedDocument("application/jwk-set+json", Encoding.UTF8.GetBytes(jwks.ToJsonString())));
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

    /// <param name="Stored">Every row.</param>
    /// <param name="Usable">Published keys that can be read, the newest of each algorithm first.</param>
    /// <param name="Keys">The same in the order of the key set.</param>
    /// <param name="Unreadable">Published keys that cannot be read.</param>
    /// <param name="Jwks">The key set.</param>
    private sealed record Snapshot(
        IReadOnlyList<StoredKey> Stored, IReadOnlyList<(StoredKey Row, RingKey Key)> Usable, IReadOnlyList<RingKey> Keys,
        IReadOnlyList<string> Unreadable, PublishedDocument Jwks)
    {
        internal static readonly Snapshot Empty = new([], [], [], [], new PublishedDocument("application/jwk-set+json", ReadOnlyMemory<byte>.Empty));

        internal bool IsSameAs(Snapshot other)
            => Times(Stored).SequenceEqual(Times(other.Stored)) && Keys.SequenceEqual(other.Keys) && Unreadable.SequenceEqual(other.Unreadable);

        private static IEnumerable<object> Times(IReadOnlyList<StoredKey> rows)
            => rows.Select(row => (object)(row.Kid, row.ActivatesAt, row.RetiresAt));
    }

    [LoggerMessage(EventId = 5201, Level = LogLevel.Information, Message = "Signing key for {Alg} made: {Kid}")]
    private static partial void LogMade(ILogger logger, string alg, string kid);
}
