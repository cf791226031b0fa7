using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>How many calls a client gets at once, however much there is to tell it.</summary>
public abstract class NoticeLaneTests(OidcServer server)
{
    private const int AtOnce = 4;
    private const int Notices = 3 * AtOnce;

    /// <remarks>
    /// At two addresses in turn, because the connections to one are limited too and would hide a lane that is not. Only clients that
    /// were removed are told where their notices say.
    /// </remarks>
    [Fact]
    public async Task A_client_that_takes_its_time_has_four_calls_to_answer_and_holds_up_nobody_else()
    {
        await using var listener = await TestListener.StartAsync();
        await using var second = await TestListener.StartAsync();
        const string slow = "slow-client", quick = "quick-client";
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (calls, most) = (0, 0);
        listener.Answer = second.Answer = async http =>
        {
            if (http.Request.Path == "/" + slow)
            {
                lock (answers)
                {
                    most = Math.Max(most, ++calls);
                }

                try
                {
                    await answers.Task.WaitAsync(http.RequestAborted);
                }
                finally
                {
                    lock (answers)
                    {
                        calls--;
                    }
                }
            }
        };

        // At once, so that they are due together.
        await AddAsync(slow, Notices, Address(listener, slow), Address(second, slow));
        await Eventually.TrueAsync(() => Task.FromResult(calls >= AtOnce), "as many calls as may be wait for an answer");
        await AddAsync(quick, 1, Address(listener, quick));
        await Eventually.TrueAsync(() => Task.FromResult(CallsTo(quick) == 1), "the other client is told");
        answers.SetResult();
        await Eventually.TrueAsync(() => Task.FromResult(CallsTo(slow) == Notices), "the slow client is told everything");

        most.ShouldBe(AtOnce);

        int CallsTo(string client) => listener.Requests.Concat(second.Requests).Count(request => request.Path == "/" + client);
    }

    // Seen failing on 2026-11-27: SQLite kept the escape sequence; PostgreSQL refused the NUL, and nothing was written down.
    [Fact]
    public async Task What_a_receiver_answers_reaches_log_and_terminal_as_printable_text_alone()
    {
        const string client = "client-with-escapes";
        using var listener = new RawListener("HTTP 1.1 2\e]0;x\0\r\n\r\n"u8);

        await AddAsync(client, 1, $"http://{client}.localhost:{listener.Port}/");
        await listener.Answered;
        await Eventually.TrueAsync(async () => await FailureAsync() is not null, "the failure is written down");

        var failure = (await FailureAsync())!;
        failure.ShouldContain("2?]0;x?");
        failure.ShouldAllBe(c => c >= ' ' && c <= '~');
        server.Log.All.ShouldNotContain(line => line.Contains('\e', StringComparison.Ordinal) || line.Contains('\0', StringComparison.Ordinal));

        async Task<string?> FailureAsync()
            => await server.Sql.FirstAsync(
                "SELECT failure FROM notices WHERE client_id = @client AND failure IS NOT NULL", p => p.Add("client", client),
                row => row.Text(0), CancellationToken.None);
    }

    private static string Address(TestListener listener, string client) => $"http://{client}.localhost:{listener.Port}/{client}";

    private async Task AddAsync(string client, int count, params string[] addresses)
    {
        var now = server.Time.GetUtcNow();
        await server.Sql.TransactionAsync(
            async work =>
            {
                for (var i = 0; i < count; i++)
                {
                    await work.AddAsync(
                        new Notice
                        {
                            Id = Guid.CreateVersion7(now),
                            ClientId = client,
                            Kind = NoticeKind.Logout,
                            Address = addresses[i % addresses.Length],
                            Alg = "ES256",
                            Subject = "somebody",
                            Sid = $"session-{i}",
                            CreatedAt = now,
                            NextAttemptAt = now,
                        },
                        CancellationToken.None);
                }

                return true;
            },
            CancellationToken.None);
        server.Services.GetRequiredService<NoticeSender>().Wake();
    }
}

[Collection<OnSqlite>]
public sealed class SqliteNoticeLaneTests(SqliteOidcServer server) : NoticeLaneTests(server);

[Collection<OnPostgres>]
public sealed class PostgresNoticeLaneTests(PostgresOidcServer server) : NoticeLaneTests(server);
