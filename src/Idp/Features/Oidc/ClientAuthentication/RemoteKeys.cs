using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Outbound;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>The keys behind <c>jwks_uri</c>: fetched when needed, kept, and fetched again when an unknown key appears.</summary>
internal sealed partial class RemoteKeys(GuardedHttp http, TimeProvider time, ILogger<RemoteKeys> logger)
{
    /// <summary>Keys are looked at again after this time, so that a key the client withdrew stops working.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(10);

    /// <summary>While the client's server is away, its last known keys stay good for this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Nobody makes us call an agency more often than this, whatever key ids they invent.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>Whether one of the client's keys has signed it: one that is known, or that appears when they are fetched again.</summary>
    internal async Task<bool> HaveSignedAsync(Client client, SignedJwt jwt, IReadOnlyList<string> algorithms, CancellationToken ct)
    {
        (ClientKeys? Keys, bool HaveSigned) tried = default;
        var keys = await GetAsync(client, Try, ct);
        return ReferenceEquals(keys, tried.Keys) ? tried.HaveSigned : Try(keys);

        bool Try(ClientKeys some)
        {
            tried = (some, jwt.IsSignedBy(some.Matching(jwt.KeyId), algorithms));
            return tried.HaveSigned;
        }
    }

    /// <summary>The client's keys, hopefully with the one that is wanted.</summary>
    internal async Task<ClientKeys> GetAsync(Client client, Func<ClientKeys, bool> hasIt, CancellationToken ct)
    {
        if (client.Metadata.JwksUri is not { } address)
        {
            return client.Keys;
        }

        var entry = _entries.GetOrAdd(client.Id, static _ => new Entry());
        if (IsEnough(entry.Current, address, hasIt))
        {
            return entry.Current.Keys;
        }

        // One call at a time for each client; who waited finds the answer of who called.
        await entry.Gate.WaitAsync(ct);
        try
        {
            if (!IsEnough(entry.Current, address, hasIt)
                && (entry.Current.Address != address || time.GetUtcNow() - entry.Current.TriedAt >= Interval))
            {
                entry.Current = await FetchAsync(client, address, entry.Current, ct);
            }

            return entry.Current.Keys;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private bool IsEnough(Known known, string address, Func<ClientKeys, bool> hasIt)
        => known.Address == address && time.GetUtcNow() - known.FetchedAt < Freshness && hasIt(known.Keys);

    private async Task<Known> FetchAsync(Client client, string address, Known before, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("application/jwk-set+json, application/json");
            using var response = await http.SendAsync(request, ct);
            if (!response.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"The answer was {(int)response.StatusCode}.");
            }

            var mistakes = new Mistakes();
            // RFC 8259 §8.1: JSON is UTF-8, whatever the answer's header says, and a byte order mark may be ignored.
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            var set = ClientMetadataReader.Parse(body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body) as JsonObject
                ?? throw new JsonException("The key set is not an object.");
            var keys = ClientKeys.Read(set, "$", mistakes);
            foreach (var mistake in mistakes.List)
            {
                LogMistake(logger, client.Id, mistake.Path, mistake.Rule);
            }

            LogFetched(logger, client.Id, keys.Keys.Count);
            return new Known(address, keys, now, now);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            LogFailed(logger, client.Id, ForeignText.Printable(e.Message));
            return before.Address == address && now - before.FetchedAt < Patience
                ? before with { TriedAt = now }
                : new Known(address, ClientKeys.None, DateTimeOffset.MinValue, now);
        }
    }

    private sealed record Known(string Address, ClientKeys Keys, DateTimeOffset FetchedAt, DateTimeOffset TriedAt);

    private sealed class Entry
    {
        internal SemaphoreSlim Gate { get; } = new(1, 1);

        internal Known Current { get; set; } = new("", ClientKeys.None, DateTimeOffset.MinValue, DateTimeOffset.MinValue);
    }

    [LoggerMessage(EventId = 5401, Level = LogLevel.Information, Message = "{Count} keys fetched from the jwks_uri of {ClientId}")]
    private static partial void LogFetched(ILogger logger, string clientId, int count);

    [LoggerMessage(EventId = 5402, Level = LogLevel.Warning, Message = "The jwks_uri of {ClientId} could not be read: {Reason}")]
    private static partial void LogFailed(ILogger logger, string clientId, string reason);

    [LoggerMessage(EventId = 5403, Level = LogLevel.Warning, Message = "In the jwks_uri of {ClientId}, {Path} breaks the rule {Rule}")]
    private static partial void LogMistake(ILogger logger, string clientId, string path, string rule);
}
