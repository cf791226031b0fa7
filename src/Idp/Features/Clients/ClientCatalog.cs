using System.Collections.Frozen;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>All clients as one immutable snapshot, so that no request asks the database who the client is.</summary>
internal sealed partial class ClientCatalog(
    SqlDatabase sql, IShortLivedStore store, TimeProvider time, ILogger<ClientCatalog> logger)
    : StoredSnapshot(store, time, "clients", TimeSpan.FromSeconds(30), logger)
{
    private FrozenDictionary<string, Entry> _clients = FrozenDictionary<string, Entry>.Empty;
    private FrozenDictionary<string, ProtectedResource> _resourcesByScope = FrozenDictionary<string, ProtectedResource>.Empty;
    private FrozenDictionary<string, (ProtectedResource, AuthorizationDetailType)> _detailTypes =
        FrozenDictionary<string, (ProtectedResource, AuthorizationDetailType)>.Empty;
    private FrozenDictionary<string, Client> _resourceOwners = FrozenDictionary<string, Client>.Empty;
    private FrozenSet<string> _publicClientOrigins = [];
    private string _fingerprint = "";

    internal IEnumerable<Client> All => _clients.Values.Select(entry => entry.Client);

    /// <summary>An active client, or nothing: suspended clients do not exist for the protocol.</summary>
    internal Client? Find(string? clientId)
        => clientId is not null && _clients.TryGetValue(clientId, out var entry) && entry.Client.IsActive
            ? entry.Client
            : null;

    /// <summary>The client whether or not it may do anything, for names on pages and for logout.</summary>
    internal Client? FindAny(string clientId) => _clients.GetValueOrDefault(clientId)?.Client;

    /// <summary>Whether an active client that has neither secret nor key sends citizens back to a page of this origin.</summary>
    internal bool IsOriginOfPublicClient(string origin) => _publicClientOrigins.Contains(origin);

    /// <summary>The protected resource to which a scope belongs; none for the scopes of OpenID Connect.</summary>
    internal ProtectedResource? ResourceOf(string scope) => _resourcesByScope.GetValueOrDefault(scope);

    /// <summary>A scope of a protected resource, with its words.</summary>
    internal ResourceScope? FindScope(string name) => ResourceOf(name)?.Scopes.FirstOrDefault(scope => scope.Name == name);

    /// <summary>The protected resource of this identifier.</summary>
    internal ProtectedResource? FindResource(string identifier) => OwnerOf(identifier)?.Metadata.Resource;

    /// <summary>The client that is the protected resource of this identifier.</summary>
    internal Client? OwnerOf(string identifier) => _resourceOwners.GetValueOrDefault(identifier);

    /// <summary>A type of authorization details, and the resource that understands it.</summary>
    internal (ProtectedResource Resource, AuthorizationDetailType Type)? FindDetailType(string name)
        => _detailTypes.TryGetValue(name, out var found) ? found : null;

    /// <summary>All types of authorization details, for the metadata. The object changes when they may have changed.</summary>
    internal IReadOnlyList<string> DetailTypes { get; private set; } = [];

    /// <summary>Whether a scope can be asked for.</summary>
    internal bool HasScope(string scope) => ScopeCatalogue.Exists(scope) || _resourcesByScope.ContainsKey(scope);

    /// <summary>
    /// How a log names who asked. An id that we do not know is the sender's text: anybody's words, as long as a page.
    /// </summary>
    internal string NameInLog(string? clientId) => FindAny(clientId ?? "")?.Id ?? "an unknown client";

    protected override async Task ReadAsync(CancellationToken ct)
    {
        var fingerprint = await FingerprintAsync(ct);
        var rows = await sql.ListAsync(
            "SELECT client_id, version, updated_at, metadata, secret_hash FROM relying_parties", static _ => { }, Read, ct);
        _clients = rows.ToFrozenDictionary(entry => entry.Client.Id);

        // Two files that were applied at the same moment may both have taken a name. Then the first of them by its client
        // id has it on every server, and no server is left without clients.
        var owners = rows.Select(entry => entry.Client).Where(client => client is { IsActive: true, Metadata.Resource: not null })
            .OrderBy(client => client.Id, StringComparer.Ordinal).DistinctBy(client => client.Metadata.Resource!.Identifier).ToList();
        _resourceOwners = owners.ToFrozenDictionary(client => client.Metadata.Resource!.Identifier);
        var resources = owners.Select(client => client.Metadata.Resource!).ToList();
        _resourcesByScope = resources.SelectMany(resource => resource.Scopes.Select(scope => (scope.Name, resource)))
            .DistinctBy(pair => pair.Name).ToFrozenDictionary(pair => pair.Name, pair => pair.resource);
        _detailTypes = resources.SelectMany(resource => resource.DetailTypes.Select(type => (resource, type)))
            .DistinctBy(pair => pair.type.Name).ToFrozenDictionary(pair => pair.type.Name);
        _publicClientOrigins = rows.Select(entry => entry.Client)
            .Where(client => client is { IsActive: true, Metadata: { TokenEndpointAuthMethod: "none", ApplicationType: "web" } })
            .SelectMany(client => client.Metadata.RedirectUris).Select(address => new Uri(address).GetLeftPart(UriPartial.Authority))
            .ToFrozenSet(StringComparer.Ordinal);
        DetailTypes = [.. _detailTypes.Keys.Order(StringComparer.Ordinal)];
        _fingerprint = fingerprint;
        LogLoaded(logger, rows.Count);
    }

    protected override async Task<bool> IsOutdatedAsync(CancellationToken ct) => await FingerprintAsync(ct) != _fingerprint;

    /// <summary>An unchanged row keeps its object, and with it the keys that were imported.</summary>
    private Entry Read(SqlRow row)
        => _clients.TryGetValue(row.Text(0), out var known) && known.Version == row.Number(1) && known.UpdatedAt == row.Time(2)
            ? known
            : new Entry(
                new Client(ClientMetadataReader.ReadStored(row.Text(3)), row.IsNull(4) ? null : row.Bytes(4)),
                row.Number(1), row.Time(2));

    private async Task<string> FingerprintAsync(CancellationToken ct)
        => await sql.FirstAsync(
            "SELECT COUNT(*), COALESCE(SUM(version), 0), MAX(updated_at) FROM relying_parties", static _ => { },
            static row => $"{row.Number(0)}:{row.Number(1)}:{row.TimeOrNull(2):O}", ct) ?? "";

    private sealed record Entry(Client Client, long Version, DateTimeOffset UpdatedAt);

    [LoggerMessage(EventId = 5101, Level = LogLevel.Debug, Message = "{Count} clients loaded")]
    private static partial void LogLoaded(ILogger logger, int count);
}
