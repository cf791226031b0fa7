using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// One session of a hundred clients. How long it takes is printed and not asserted; <c>FAN_OUT_ROUNDS</c> makes it a
/// measurement (<c>docs/performance.md</c>).
/// </summary>
public abstract class FanOutTests(OidcServer server, ITestOutputHelper output)
{
    private const int Clients = 100;

    [Fact]
    public async Task A_hundred_clients_are_told_once_each()
    {
        await using var listener = await TestListener.StartAsync();
        var clients = await RegisterAsync(listener);
        var citizen = await server.NewCitizenAsync();
        var rounds = int.Parse(Environment.GetEnvironmentVariable("FAN_OUT_ROUNDS") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var (ended, told) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var session = await EnterAsync(citizen, clients);
            listener.Requests.Clear();
            var all = new TaskCompletionSource();
            var left = Clients;
            listener.Answer = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    all.SetResult();
                }

                return Task.CompletedTask;
            };

            var start = Stopwatch.GetTimestamp();
            await EndAsync(session);
            ended.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await all.Task.WaitAsync(Eventually.Patience);
            told.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

            await Eventually.TrueAsync(
                async () => await server.CountAsync(
                    "SELECT COUNT(*) FROM notices WHERE state = 2 AND sid = @sid", p => p.Add("sid", session.Sid)) == Clients,
                "all are delivered");
            await server.Services.GetRequiredService<NoticeSender>().SendDueAsync(CancellationToken.None);
            listener.Requests.Select(r => (string?)Jwt.Claims(r.Token!)["aud"]).Order(StringComparer.Ordinal)
                .ShouldBe(clients.Order(StringComparer.Ordinal));
        }

        output.WriteLine($"Fan-out to {Clients} clients, {rounds} rounds, ms p50/p95/p99: the session ended {Figures(ended)}; the last client was told {Figures(told)}");
    }

    private static string Figures(List<double> times)
    {
        times.Sort();
        return string.Join(" / ", new[] { 0.5, 0.95, 0.99 }.Select(q => $"{times[Math.Min(times.Count - 1, (int)(q * times.Count))]:0}"));
    }

    private async Task<List<string>> RegisterAsync(TestListener listener)
    {
        var agencies = Enumerable.Range(0, Clients)
            .Select(i => new TestAgency(server, $"fan-out-{RandomNumberGenerator.GetHexString(6, lowercase: true)}-{i}")).ToList();
        agencies.ForEach(a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out"));
        (await server.ApplyAsync(new JsonArray([.. agencies.Select(a => a.Metadata)]).ToJsonString())).Mistakes.ShouldBeEmpty();
        return [.. agencies.Select(a => a.ClientId)];
    }

    /// <summary>A session that has entered all of them.</summary>
    private async Task<Session> EnterAsync(TestCitizen citizen, List<string> clients)
    {
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);
        var now = server.Time.GetUtcNow();
        await server.Sql.TransactionAsync(
            async work =>
            {
                foreach (var client in clients)
                {
                    await work.ExecuteAsync(
                        """
                        INSERT INTO grants (id, citizen_id, credential_id, client_id, sid, subject, scopes, locale, kind, status, created_at, used_at)
                        VALUES (@id, @citizen, @credential, @client, @sid, @client, 'openid', 'en', 0, 0, @now, @now)
                        """,
                        p => p.Add("id", Guid.CreateVersion7(now)).Add("citizen", citizen.Id).Add("credential", citizen.CredentialId)
                            .Add("client", client).Add("sid", session.Sid).Add("now", now),
                        CancellationToken.None);
                }

                return true;
            },
            CancellationToken.None);
        return session;
    }

    private async Task EndAsync(Session session)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>().EndAsync(session, SessionEndReason.SignedOut, CancellationToken.None);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteFanOutTests(SqliteOidcServer server, ITestOutputHelper output) : FanOutTests(server, output);

[Collection<OnPostgres>]
public sealed class PostgresFanOutTests(PostgresOidcServer server, ITestOutputHelper output) : FanOutTests(server, output);
