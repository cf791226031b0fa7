using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Tests.Oidc;

namespace Moi.Identity.Idp.Tests.Sessions;

/// <summary>What features do about a change of an account is committed with it, and announced once that has happened.</summary>
public abstract class AccountChangesTests(OidcServer server)
{
    /// <summary>Seen failing on 2026-11-27, with the announcement inside the transaction.</summary>
    [Fact]
    public async Task It_is_announced_when_it_can_be_read()
    {
        var citizen = await server.NewCitizenAsync();
        Participant[] participants = [new(server), new(server)];

        (await new AccountChanges(server.Sql, participants).RecordAsync(
            new AccountReinstated(citizen.Id), work => AppendAsync(work, citizen.Id, "!"), CancellationToken.None)).ShouldBeTrue();

        participants.Select(participant => participant.Seen).ShouldBe([citizen.Label + "!++", citizen.Label + "!++"]);
    }

    /// <summary>Seen failing on 2026-11-27, with the answer of what happens not looked at.</summary>
    [Fact]
    public async Task What_does_not_happen_is_recorded_and_announced_by_nobody()
    {
        var citizen = await server.NewCitizenAsync();
        var participant = new Participant(server);

        (await new AccountChanges(server.Sql, [participant]).RecordAsync(
            new AccountReinstated(citizen.Id), async work => !await AppendAsync(work, citizen.Id, "!"), CancellationToken.None))
            .ShouldBeFalse();

        participant.Seen.ShouldBeNull();
        (await LabelAsync(server, citizen.Id)).ShouldBe(citizen.Label);
    }

    private static async Task<bool> AppendAsync(SqlWork work, Guid citizen, string mark)
        => await work.ExecuteAsync(
            "UPDATE citizens SET display_label = display_label || @mark WHERE id = @citizen",
            p => p.Add("mark", mark).Add("citizen", citizen), CancellationToken.None) == 1;

    private static async Task<string> LabelAsync(OidcServer server, Guid citizen)
        => (await server.Sql.ListAsync(
            "SELECT display_label FROM citizens WHERE id = @citizen", p => p.Add("citizen", citizen), row => row.Text(0),
            CancellationToken.None))[0];

    /// <summary>Leaves a mark in the transaction, and looks from outside when it announces.</summary>
    private sealed class Participant(OidcServer server) : IAccountChangeParticipant
    {
        private Guid _citizen;

        internal string? Seen { get; private set; }

        public async Task RecordAsync(SqlWork work, AccountChange change, CancellationToken ct)
        {
            _citizen = change.CitizenId;
            await AppendAsync(work, change.CitizenId, "+");
        }

        public void Announce() => Seen = Task.Run(() => LabelAsync(server, _citizen)).GetAwaiter().GetResult();
    }
}

[Collection<OnSqlite>]
public sealed class SqliteAccountChangesTests(SqliteOidcServer server) : AccountChangesTests(server);

[Collection<OnPostgres>]
public sealed class PostgresAccountChangesTests(PostgresOidcServer server) : AccountChangesTests(server);
