using System.Collections.Concurrent;
using Moi.Identity.BackChannel;

namespace Moi.Identity.Tokens;

/// <summary>Access tokens that belong to no session: kept in this process until shortly before they expire, asked for once at a time.</summary>
internal sealed class TokenCache(TokenEndpoint endpoint, TimeProvider time) : IDisposable
{
    /// <summary>Exchanged tokens: one for each citizen and API. Beyond it what is over is forgotten, then everything.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, AccessToken> _tokens = new(StringComparer.Ordinal);
    private readonly OneAtATime _here = new();

    /// <exception cref="MoiTokenException">There is none.</exception>
    internal async Task<AccessToken> GetAsync(
        string name, string? refused, string grantType, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken ct)
    {
        if (Find(name, refused) is { } ready)
        {
            return ready;
        }

        using var here = await _here.EnterAsync(name, ct).ConfigureAwait(false);
        if (Find(name, refused) is { } brought)
        {
            return brought;
        }

        var (token, _) = await endpoint.RequestAsync(grantType, fields, ct).ConfigureAwait(false);
        MakeRoom();
        _tokens[name] = token;
        return token;
    }

    public void Dispose() => _here.Dispose();

    private AccessToken? Find(string name, string? refused) =>
        _tokens.TryGetValue(name, out var token) && token.IsGood(time.GetUtcNow(), refused) ? token : null;

    private void MakeRoom()
    {
        if (_tokens.Count < Most)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var over in _tokens.Where(entry => !entry.Value.IsGood(now, refused: null)))
        {
            _tokens.TryRemove(over);
        }

        if (_tokens.Count >= Most)
        {
            _tokens.Clear();
        }
    }
}
