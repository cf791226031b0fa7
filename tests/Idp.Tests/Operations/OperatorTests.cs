using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Accounting of what is done at the console: the event says who did it.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("wang")]
    public async Task What_a_command_did_says_who_ran_it(string? before)
    {
        await using var idp = new IdpProcess([new("SUDO_USER", before)]);

        await idp.RunAsync("migrate");
        var (exitCode, output) = await idp.RunAsync("administrators", "invite");

        exitCode.ShouldBe(0, output);
        await using var database = new SqliteConnection($"Data Source={Path.Combine(idp.DataPath, "idp.db")};Mode=ReadOnly;Pooling=false");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "SELECT details FROM audit_events WHERE name = 'administrator.invited'";
        var details = JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)!;
        var who = before is null ? Environment.UserName : $"{before} (as {Environment.UserName})";
        ((string?)details["operator"]).ShouldBe($"{who} at {Environment.MachineName}");
    }
}
