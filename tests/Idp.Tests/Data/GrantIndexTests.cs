using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Tests.Hosting;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Data;

/// <summary>A client with millions of grants is suspended by stretches of an index, not by a scan of everybody's grants for each.</summary>
public sealed class GrantIndexTests(SqliteIdp sqlite, PostgresIdp postgres) : IClassFixture<SqliteIdp>, IClassFixture<PostgresIdp>
{
    private const string Index = "IX_grants_client_id_id";

    /// <summary>What the end of a client's grants looks for.</summary>
    private const string Lookup = "SELECT sid FROM grants WHERE client_id = 'office' AND status <> 2 LIMIT 500";

    [Fact]
    public async Task SQLite_finds_the_grants_of_a_client_by_an_index()
        => (await sqlite.App.Services.GetRequiredService<SqlDatabase>().ListAsync(
            "EXPLAIN QUERY PLAN " + Lookup, _ => { }, row => row.Text(3), TestContext.Current.CancellationToken))
            .ShouldContain(step => step.Contains(Index, StringComparison.Ordinal));

    [Fact]
    public async Task PostgreSQL_finds_the_grants_of_a_client_by_an_index()
    {
        await using var connection = await postgres.App.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();

        // An empty table is always read whole unless that is forbidden; the other indexes do not know the client.
        await using var command = new NpgsqlCommand(
            "SET enable_seqscan = off; EXPLAIN " + Lookup, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        plan.ShouldContain(step => step.Contains(Index, StringComparison.Ordinal), string.Join('\n', plan));
    }
}
