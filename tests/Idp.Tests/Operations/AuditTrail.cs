using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>What the embedded database of a server says of its past.</summary>
internal static class AuditTrail
{
    /// <summary>The details of every event of one name, the oldest first.</summary>
    internal static async Task<IReadOnlyList<JsonNode>> ReadAsync(string dataPath, string name)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(dataPath, "idp.db")};Mode=ReadOnly;Pooling=false");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "SELECT details FROM audit_events WHERE name = @name ORDER BY at, id";
        command.Parameters.AddWithValue("@name", name);
        await using var rows = await command.ExecuteReaderAsync();
        var events = new List<JsonNode>();
        while (await rows.ReadAsync())
        {
            events.Add(JsonNode.Parse(rows.GetString(0))!);
        }

        return events;
    }
}
