using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>A PostgreSQL that answers and takes no writes: a demoted primary, or one that an administrator has closed.</summary>
public sealed class ReadOnlyDatabaseTests(PostgresServer postgres, RedisServer redis) : IAsyncLifetime
{
    private IdpApplication _idp = null!;

    [Fact]
    public async Task A_server_that_cannot_write_is_not_ready_and_asks_to_come_again()
    {
        using var http = _idp.CreateClient();
        await AnswersAsync(HttpStatusCode.OK, "");

        await SetReadOnlyAsync(true);

        await AnswersAsync(HttpStatusCode.ServiceUnavailable, "takes no writes");
        using var citizen = _idp.Browser();
        await citizen.OpenAsync("/sign-up");
        await citizen.SendAsync(citizen.Page.PlainForm, ("label", "citizen"));
        var page = await citizen.UsePasskeyAsync();
        page.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, page.Text);
        page.ProblemCode.ShouldBe("MOI-SYS-503");
        page.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));

        await SetReadOnlyAsync(false);

        await AnswersAsync(HttpStatusCode.OK, "");
        (await _idp.Browser().SignUpAsync()).Status.ShouldBe(HttpStatusCode.OK);

        // A slow machine may let a check run out of time.
        Task AnswersAsync(HttpStatusCode status, string reason) => Eventually.TrueAsync(
            async () =>
            {
                using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return ready.StatusCode == status && (await ready.Content.ReadAsStringAsync()).Contains(reason, StringComparison.Ordinal);
            },
            $"/health/ready answers {(int)status} {reason}");
    }

    public async ValueTask InitializeAsync() => _idp = new IdpApplication(await PostgresIdp.SettingsAsync(postgres, redis));

    public ValueTask DisposeAsync() => _idp.DisposeAsync();

    /// <summary>It counts for connections that are made from then on, as after a change of the primary.</summary>
    private async Task SetReadOnlyAsync(bool isReadOnly)
    {
        var pool = _idp.Services.GetRequiredService<NpgsqlDataSource>();
        var database = new NpgsqlConnectionStringBuilder(pool.ConnectionString).Database;
        await using var administrator = NpgsqlDataSource.Create(postgres.ConnectionString("postgres") + ";Pooling=false");
        await using var command = administrator.CreateCommand(
            $"ALTER DATABASE {database} SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}");
        await command.ExecuteNonQueryAsync();
        pool.Clear();
    }
}
