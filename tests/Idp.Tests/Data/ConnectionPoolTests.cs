using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Data;

public class ConnectionPoolTests
{
    /// <summary>PostgreSQL takes 100 connections unless told otherwise; two servers and a command fit.</summary>
    [Theory]
    [InlineData("Host=db", 40)]
    [InlineData("Host=db;Maximum Pool Size=100", 100)]
    [InlineData("Host=db;MaxPoolSize=7", 7)]
    public async Task A_server_opens_at_most_forty_connections_unless_the_connection_string_says_another_number(string configured, int most)
    {
        await using var services = new ServiceCollection().AddIdpData(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Idp:Storage:Provider", "Postgres"), new("ConnectionStrings:Postgres", configured)]).Build()).BuildServiceProvider();

        var pool = services.GetRequiredService<NpgsqlDataSource>().ConnectionString;

        new NpgsqlConnectionStringBuilder(pool).MaxPoolSize.ShouldBe(most);
    }
}
