namespace Moi.Identity.Idp.Storage;

/// <summary>
/// Keeps what may expire: sessions, ceremonies, sign-in transactions, pushed requests, codes, replay marks.
/// Two implementations: Redis for production, an SQLite file for the embedded server.
/// </summary>
/// <remarks>
/// Every operation is atomic on its own, over all server processes. Keys are chosen by the server, never by a sender.
/// A store that cannot be reached throws <see cref="ShortLivedStoreException"/>; it never answers "not there".
/// </remarks>
internal interface IShortLivedStore
{
    /// <summary>Writes the value unless the key exists.</summary>
    /// <returns>Whether it was written.</returns>
    ValueTask<bool> TryAddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct);

    /// <summary>Writes the value, replacing what was there.</summary>
    ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct);

    ValueTask<byte[]?> GetAsync(string key, CancellationToken ct);

    /// <summary>Reads and removes in one step: of any number of callers exactly one gets the value.</summary>
    ValueTask<byte[]?> TakeAsync(string key, CancellationToken ct);

    /// <summary>Replaces the value if it still equals <paramref name="expected"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">What the caller read.</param>
    /// <param name="replacement">What it shall be.</param>
    /// <param name="lifetime">A new lifetime, or <see langword="null"/> to keep the one it has.</param>
    /// <param name="ct">Cancels waiting.</param>
    ValueTask<bool> TryReplaceAsync(
        string key, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> replacement, TimeSpan? lifetime, CancellationToken ct);

    /// <summary>
    /// Puts <paramref name="replacement"/> in the place of a value and returns that value, in one step; the remaining
    /// lifetime goes on. Nothing is written where nothing was.
    /// </summary>
    ValueTask<byte[]?> ExchangeAsync(string key, ReadOnlyMemory<byte> replacement, CancellationToken ct);

    ValueTask<bool> RemoveAsync(string key, CancellationToken ct);

    /// <summary>Adds a member to a set; the whole set lives at least <paramref name="lifetime"/> from now.</summary>
    ValueTask AddToSetAsync(string key, string member, TimeSpan lifetime, CancellationToken ct);

    ValueTask<IReadOnlyList<string>> GetSetAsync(string key, CancellationToken ct);

    ValueTask RemoveFromSetAsync(string key, string member, CancellationToken ct);

    /// <summary>Tells all server processes that the data behind <paramref name="topic"/> changed.</summary>
    ValueTask PublishChangeAsync(string topic, CancellationToken ct);

    /// <summary>
    /// Calls <paramref name="changed"/> soon after any process publishes <paramref name="topic"/>, from the moment that this has
    /// returned. If the store is away, <paramref name="changed"/> is called once it is back.
    /// </summary>
    /// <returns>Ends the subscription when disposed.</returns>
    ValueTask<IDisposable> OnChangeAsync(string topic, Action changed);

    /// <summary>Throws <see cref="ShortLivedStoreException"/> if the store does not answer or takes no writes.</summary>
    ValueTask PingAsync(CancellationToken ct);

    /// <summary>What an operator should mend although the store works, or nothing.</summary>
    ValueTask<string?> WarningAsync(CancellationToken ct) => ValueTask.FromResult<string?>(null);
}

/// <summary>The store could not be reached. The request fails, nothing is half-written, and it may be tried again.</summary>
internal sealed class ShortLivedStoreException : Exception
{
    public ShortLivedStoreException()
    {
    }

    public ShortLivedStoreException(string message)
        : base(message)
    {
    }

    public ShortLivedStoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
