using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>A client of the sandbox as it is stored.</summary>
internal sealed record SandboxClient(JsonObject Members, long Version);

/// <summary>Registers, finds and changes clients that developers registered themselves.</summary>
internal sealed class SandboxClients(
    SqlDatabase sql, ClientRegistration registration, ClientCatalog catalog, InitialAccessTokens tokens)
{
    /// <summary>What this server decides, whatever the developer would like.</summary>
    internal static readonly IReadOnlyList<string> Reserved =
        ["moi_agency", "moi_agency_name", "moi_agency_name#zh-TW", "moi_agency_name#en", "moi_status", "moi_environment", "moi_resource"];

    /// <summary>Registers a client in the agency of an initial access token, which is used once with it.</summary>
    /// <returns>What was done, or nothing when the token is used up.</returns>
    internal Task<ApplyResult?> AddAsync(JsonObject members, string initialToken, ClientSecret managementToken, CancellationToken ct)
        => registration.ApplyAsync(
            new JsonArray(members),
            ClientSecret.Fingerprint(initialToken),
            async work => await tokens.SpendAsync(work, initialToken, ct) && await work.ExecuteAsync(
                "UPDATE relying_parties SET registration_token_hash = @hash WHERE client_id = @client",
                p => p.Add("hash", managementToken.Hash()).Add("client", (string)members["client_id"]!), ct) == 1,
            ct);

    /// <summary>The client that a registration access token manages. A suspended client has none.</summary>
    internal async Task<SandboxClient?> FindAsync(string clientId, string token, CancellationToken ct)
        => catalog.Find(clientId) is null
            ? null
            : await sql.FirstAsync(
                "SELECT metadata, version FROM relying_parties WHERE client_id = @client AND registration_token_hash = @hash",
                p => p.Add("client", clientId).Add("hash", ClientSecret.Hash(token)),
                row => new SandboxClient(ClientMetadataReader.Parse(row.Text(0)).AsObject(), row.Number(1)), ct);

    /// <summary>
    /// Replaces a client's metadata, unless somebody has changed it since it was read: an administrator who suspends it in
    /// between has the last word.
    /// </summary>
    internal Task<ApplyResult?> ReplaceAsync(JsonObject members, long version, string token, CancellationToken ct)
        => registration.ApplyAsync(
            new JsonArray(members),
            ClientSecret.Fingerprint(token),
            async work => (await work.ListAsync(
                "SELECT version FROM relying_parties WHERE client_id = @client",
                p => p.Add("client", (string)members["client_id"]!), row => row.Number(0), ct)).SingleOrDefault() == version + 1,
            ct);

    /// <summary>Whether it is the present secret of the client.</summary>
    internal bool HasSecret(string clientId, JsonNode? secret)
        => secret is JsonValue value && value.TryGetValue<string>(out var text) && catalog.Find(clientId)?.HasSecret(text) == true;

    internal static string NewId() => "sandbox-" + RandomNumberGenerator.GetHexString(20, lowercase: true);
}
