using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>What an apply did, or why it did nothing.</summary>
/// <param name="Mistakes">Everything wrong with the file; if there is anything, nothing was changed.</param>
/// <param name="Applied">Client id and whether it is new.</param>
/// <param name="Secrets">Secrets generated just now: this is the only time they can be read.</param>
internal sealed record ApplyResult(
    IReadOnlyList<Mistake> Mistakes, IReadOnlyList<(string ClientId, bool IsNew)> Applied,
    IReadOnlyDictionary<string, ClientSecret> Secrets);

/// <summary>Registers, changes and removes clients: all of a file or nothing, recorded in the same transaction.</summary>
internal sealed partial class ClientRegistration(
    SqlDatabase sql, ClientCatalog catalog, IEnumerable<IClientChangeParticipant> changes, IEnumerable<IClientStopParticipant> participants,
    AuditContextFactory audit, TimeProvider time, IHostEnvironment environment, IOptions<IdpOptions> idp, ILogger<ClientRegistration> logger)
{
    // SECURITY: locked on PostgreSQL, or a change that waits for another one would be built on what was there before it, and
    // undo a suspension or a removal. SQLite has one writer at a time.
    private const string Before = "SELECT secret_hash, created_at, version, metadata FROM relying_parties WHERE client_id = @client";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Applies a JSON array of RFC 7591 client metadata.</summary>
    internal async Task<ApplyResult> ApplyAsync(string json, CancellationToken ct)
    {
        var mistakes = new Mistakes();
        return (await ApplyAsync(Parse(json, mistakes), null, mistakes, static _ => Task.FromResult(true), ct))!;
    }

    /// <summary>Applies client metadata if something else in the same transaction succeeds too.</summary>
    /// <param name="list">An array of metadata.</param>
    /// <param name="token">The fingerprint of the token that allowed it, for the audit event; nothing where an operator did it.</param>
    /// <param name="also">What else must succeed.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>What was done, or nothing when <paramref name="also"/> said no and everything was undone.</returns>
    internal Task<ApplyResult?> ApplyAsync(JsonArray list, string? token, Func<SqlWork, Task<bool>> also, CancellationToken ct)
        => ApplyAsync(list, token, new Mistakes(), also, ct);

    private async Task<ApplyResult?> ApplyAsync(
        JsonArray list, string? token, Mistakes mistakes, Func<SqlWork, Task<bool>> also, CancellationToken ct)
    {
        var clients = Read(list, mistakes);
        var others = await ReadOthersAsync(clients, ct);
        Check(clients, others, mistakes);
        if (!mistakes.Any)
        {
            CheckAgencies(clients, others, mistakes);
        }

        if (mistakes.Any)
        {
            return new ApplyResult(mistakes.List, [], new Dictionary<string, ClientSecret>());
        }

        var applied = new List<(string, bool)>();
        var secrets = new Dictionary<string, ClientSecret>();
        var isDone = await sql.TransactionAsync(
            async work =>
            {
                foreach (var (_, metadata, members) in clients)
                {
                    applied.Add((metadata.ClientId, await WriteAsync(work, metadata, members, token, secrets, ct)));
                    if (metadata.Status == "suspended")
                    {
                        await StopAsync(work, metadata, ct);
                    }
                }

                return await also(work);
            },
            ct);
        if (!isDone)
        {
            return null;
        }

        await TellAsync();
        return new ApplyResult([], applied, secrets);
    }

    /// <summary>Removes a client; its grants end with it, and it is told of the sessions that ended.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="token">The fingerprint of the token with which developers do it themselves; nothing for an operator.</param>
    /// <param name="ct">Ends the waiting.</param>
    internal async Task<bool> DeleteAsync(string clientId, string? token, CancellationToken ct)
    {
        if (await sql.FirstAsync(
            "SELECT metadata FROM relying_parties WHERE client_id = @client", p => p.Add("client", clientId),
            static row => ClientMetadataReader.ReadStored(row.Text(0)), ct) is not { } metadata)
        {
            return false;
        }

        var deleted = await sql.TransactionAsync(
            async work =>
            {
                if (await work.ExecuteAsync(
                    "DELETE FROM relying_parties WHERE client_id = @client", p => p.Add("client", clientId), ct) == 0)
                {
                    return false;
                }

                await StopAsync(work, metadata, ct);
                await ForgetAsync(work, clientId, ct);
                await work.ExecuteAsync(
                    "DELETE FROM client_observations WHERE client_id = @client", p => p.Add("client", clientId), ct);
                await work.AppendAsync(AuditEvents.ClientRemoved(audit.Create(), clientId, token), ct);
                return true;
            },
            ct);
        if (deleted)
        {
            await TellAsync();
        }

        return deleted;
    }

    /// <summary>All registrations in the form that <c>clients apply</c> reads.</summary>
    internal async Task<string> ExportAsync(CancellationToken ct)
    {
        var rows = await sql.ListAsync(
            "SELECT metadata FROM relying_parties ORDER BY client_id", static _ => { }, static row => row.Text(0), ct);
        return new JsonArray([.. rows.Select(row => JsonNode.Parse(row))]).ToJsonString(Readable);
    }

    private async Task StopAsync(SqlWork work, ClientMetadata client, CancellationToken ct)
    {
        foreach (var participant in participants)
        {
            await participant.RecordAsync(work, client, ct);
        }
    }

    /// <summary>Nothing that a citizen has allowed this client is left, whoever has its id from now on.</summary>
    /// <remarks>
    /// SECURITY: a consent is given to a service of an agency. Left behind, it would let citizens through without a question to
    /// another agency that gets the id. Grants end for good and nobody is told: their subjects are those of the agency before, and
    /// notices go where the registration of today says.
    /// </remarks>
    private static async Task ForgetAsync(SqlWork work, string clientId, CancellationToken ct)
    {
        await work.ExecuteAsync(
            "UPDATE grants SET status = 2 WHERE client_id = @client AND status <> 2", p => p.Add("client", clientId), ct);
        await work.ExecuteAsync("DELETE FROM consents WHERE client_id = @client", p => p.Add("client", clientId), ct);
    }

    private async Task TellAsync()
    {
        try
        {
            await catalog.ChangedAsync(CancellationToken.None);
        }
        catch (ShortLivedStoreException e)
        {
            // What was done is in the database, and every server looks there twice a minute.
            LogNotTold(logger, e);
        }

        foreach (var participant in participants)
        {
            participant.Announce();
        }
    }

    private static JsonArray Parse(string json, Mistakes mistakes)
    {
        try
        {
            if (ClientMetadataReader.Parse(json) is JsonArray list)
            {
                return list;
            }

            mistakes.Add("$", "type", "must be an array of clients");
        }
        catch (JsonException e)
        {
            mistakes.Add(e.Path ?? "$", "json", $"is not valid JSON (line {e.LineNumber + 1}): {e.Message.Split(" Path:")[0]}");
        }

        return [];
    }

    private static List<Candidate> Read(JsonArray list, Mistakes mistakes)
    {
        var clients = new List<Candidate>();
        for (var i = 0; i < list.Count; i++)
        {
            var path = $"$[{i}]";
            if (list[i] is not JsonObject members)
            {
                mistakes.Add(path, "type", "must be an object");
                continue;
            }

            clients.Add(new Candidate(path, ClientMetadataReader.Read(members, path, mistakes), members));
        }

        return clients;
    }

    /// <summary>The registrations that the file does not replace.</summary>
    private async Task<List<ClientMetadata>> ReadOthersAsync(IReadOnlyList<Candidate> clients, CancellationToken ct)
    {
        var inFile = clients.Select(c => c.Metadata.ClientId).ToHashSet();
        var stored = await sql.ListAsync(
            "SELECT metadata FROM relying_parties", static _ => { },
            static row => ClientMetadataReader.ReadStored(row.Text(0)), ct);
        return [.. stored.Where(m => !inFile.Contains(m.ClientId))];
    }

    private void Check(IReadOnlyList<Candidate> clients, IReadOnlyList<ClientMetadata> others, Mistakes mistakes)
    {
        var resources = others.Concat(clients.Select(c => c.Metadata)).Select(m => m.Resource).OfType<ProtectedResource>().ToList();
        var scopes = resources.SelectMany(r => r.Scopes).CountBy(s => s.Name).ToDictionary();
        var types = resources.SelectMany(r => r.DetailTypes).CountBy(t => t.Name).ToDictionary();
        var rules = new ClientRules(environment.IsDevelopment(), scopes.Keys.ToHashSet(), types.Keys.ToHashSet(), idp.Value.MutualTls);
        var seen = new HashSet<string>();
        foreach (var (path, metadata, _) in clients)
        {
            rules.Check(metadata, path, mistakes);
            mistakes.Require(seen.Add(metadata.ClientId), path + ".client_id", "duplicate", "this client is listed twice");
            if (metadata.Resource is { } resource)
            {
                mistakes.Require(
                    resources.Count(r => r.Identifier == resource.Identifier) == 1, path + ".moi_resource.identifier", "duplicate",
                    "another client is this resource");
                mistakes.Require(
                    resource.Scopes.All(s => scopes[s.Name] == 1), path + ".moi_resource.scopes", "duplicate",
                    "another resource has a scope of this name; a scope belongs to one resource");
                mistakes.Require(
                    resource.DetailTypes.All(t => types[t.Name] == 1), path + ".moi_resource.authorization_details_types", "duplicate",
                    "another resource has a type of this name; a type belongs to one resource");
            }
        }
    }

    /// <summary>An agency has one name, whichever of its clients a citizen comes from.</summary>
    private static void CheckAgencies(IReadOnlyList<Candidate> clients, IReadOnlyList<ClientMetadata> others, Mistakes mistakes)
    {
        var names = others.DistinctBy(m => m.Agency).ToDictionary(m => m.Agency, m => (m.AgencyNameZh, m.AgencyNameEn));
        foreach (var (path, metadata, _) in clients)
        {
            var name = (metadata.AgencyNameZh, metadata.AgencyNameEn);
            if (!names.TryAdd(metadata.Agency, name))
            {
                mistakes.Require(
                    names[metadata.Agency] == name, path + ".moi_agency_name", "agency-name",
                    $"another client of the agency {metadata.Agency} gives it another name; change them together in one file");
            }
        }
    }

    /// <summary>Writes one client.</summary>
    /// <returns>Whether it is new.</returns>
    private async Task<bool> WriteAsync(
        SqlWork work, ClientMetadata metadata, JsonObject members, string? token, Dictionary<string, ClientSecret> secrets,
        CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var rows = await work.ListAsync(
            sql.IsPostgres ? Before + " FOR UPDATE" : Before,
            p => p.Add("client", metadata.ClientId),
            row => (Secret: row.IsNull(0) ? null : row.Bytes(0), Created: row.Time(1), Version: row.Integer(2), Members: row.Text(3)), ct);
        var isNew = rows.Count == 0;
        var version = isNew ? 1 : rows[0].Version + 1;
        var before = isNew ? null : rows[0].Secret;
        var secret = before;
        if (metadata.TokenEndpointAuthMethod is not ("client_secret_basic" or "client_secret_post"))
        {
            secret = null;
        }
        else if (secret is null)
        {
            var generated = new ClientSecret();
            secrets[metadata.ClientId] = generated;
            secret = generated.Hash();
        }

        await work.ExecuteAsync(
            """
            INSERT INTO relying_parties (client_id, agency, profile, metadata, secret_hash, created_at, updated_at, version)
            VALUES (@client, @agency, @profile, @metadata, @secret, @created, @now, @version)
            ON CONFLICT (client_id) DO UPDATE SET agency = excluded.agency, profile = excluded.profile,
                metadata = excluded.metadata, secret_hash = excluded.secret_hash, updated_at = excluded.updated_at,
                version = excluded.version
            """,
            p => p.Add("client", metadata.ClientId).Add("agency", metadata.Agency).Add("profile", metadata.Profile)
                .Add("metadata", members.ToJsonString()).Add("secret", secret)
                .Add("created", isNew ? now : rows[0].Created).Add("now", now).Add("version", version),
            ct);
        await work.AppendAsync(
            AuditEvents.ClientApplied(
                audit.Create(), metadata.ClientId, version, Changes(isNew ? [] : JsonNode.Parse(rows[0].Members)!.AsObject(), members),
                (before, secret) switch { (null, not null) => "made", (not null, null) => "dropped", _ => null },
                token),
            ct);
        var replaced = isNew ? null : ClientMetadataReader.ReadStored(rows[0].Members);
        if (replaced is not null && replaced.Sector != metadata.Sector)
        {
            await ForgetAsync(work, metadata.ClientId, ct);
        }

        foreach (var participant in changes)
        {
            await participant.RecordAsync(work, replaced, metadata, ct);
        }

        return isNew;
    }

    /// <summary>The members that differ, each with what it was and what it is.</summary>
    private static JsonObject Changes(JsonObject before, JsonObject after)
    {
        var changes = new JsonObject();
        foreach (var name in before.Concat(after).Select(member => member.Key).Distinct().Order(StringComparer.Ordinal))
        {
            var was = before.TryGetPropertyValue(name, out var from);
            var @is = after.TryGetPropertyValue(name, out var to);
            if (was == @is && JsonNode.DeepEquals(from, to))
            {
                continue;
            }

            var change = new JsonObject();
            if (was)
            {
                change["from"] = from?.DeepClone();
            }

            if (@is)
            {
                change["to"] = to?.DeepClone();
            }

            changes[name] = change;
        }

        return changes;
    }

    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "The clients have changed, but Redis does not answer: servers that run see it within half a minute")]
    private static partial void LogNotTold(ILogger logger, Exception exception);

    /// <summary>One client of a file, and where it stands there.</summary>
    private sealed record Candidate(string Path, ClientMetadata Metadata, JsonObject Members);
}
