using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Citizens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Tests.Oidc;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Sessions;

/// <summary>What happens to an account in the very moment in which one of its sessions begins, goes on or ends.</summary>
public abstract class SessionRaceTests(OidcServer server)
{
    private SessionStore Sessions => server.Services.GetRequiredService<SessionStore>();

    private Outage Store => Outage.Of(server.Services);

    /// <summary>Seen failing on 2026-11-27, with the index written before the record.</summary>
    [Theory]
    [InlineData(nameof(IShortLivedStore.SetAsync))]
    [InlineData(nameof(IShortLivedStore.AddToSetAsync))]
    public async Task A_session_that_is_looked_for_while_it_begins_is_listed_afterwards(string before)
    {
        var citizen = await server.NewCitizenAsync();
        using var browser = server.NewBrowser();
        Store.Before(before, async () => await Sessions.ListAsync(citizen.Id, CancellationToken.None));

        var session = await server.SignInAsync(browser, citizen);

        (await ListAsync(citizen.Id)).ShouldBe([session.Sid]);
    }

    private async Task<List<string>> ListAsync(Guid citizen)
        => [.. (await Sessions.ListAsync(citizen, CancellationToken.None)).Select(session => session.Sid)];
}

[Collection<OnSqlite>]
public sealed class SqliteSessionRaceTests(SqliteOidcServer server) : SessionRaceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSessionRaceTests(PostgresOidcServer server) : SessionRaceTests(server);
