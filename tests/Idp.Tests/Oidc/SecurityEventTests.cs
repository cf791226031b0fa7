using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Citizens;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Shared Signals: which events, to whom, in which form, pushed (RFC 8935).</summary>
public abstract class SecurityEventTests(OidcServer server)
{
    private const string Caep = "https://schemas.openid.net/secevent/caep/event-type/";
    private const string Risc = "https://schemas.openid.net/secevent/risc/event-type/";

    [Fact]
    public async Task The_end_of_a_session_is_pushed_as_a_signed_event_about_this_session()
    {
        await using var listener = await AcceptingAsync();
        var agency = await SubscriberAsync(listener, Caep + "session-revoked");
        var (citizen, session, tokens) = await EnterAsync(agency);

        await EndAsync(session);

        await Eventually.TrueAsync(() => Task.FromResult(!listener.Requests.IsEmpty), "the event is pushed");
        var (path, token) = listener.Requests.Single();
        path.ShouldBe("/events");
        var header = Jwt.Header(token!);
        ((string?)header["typ"]).ShouldBe("secevent+jwt");
        ((string?)header["alg"]).ShouldBe("ES256");
        server.Services.GetRequiredService<SigningKeyRing>().Keys.Select(k => k.Kid).ShouldContain((string?)header["kid"]);
        var claims = Jwt.Claims(token!);
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["aud", "events", "iat", "iss", "jti", "sub_id"]);
        ((string?)claims["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)claims["aud"]).ShouldBe(agency.ClientId);
        var subject = (string)Jwt.Claims((string)tokens["id_token"]!)["sub"]!;
        claims["sub_id"]!.ToJsonString().ShouldBe(new JsonObject
        {
            ["format"] = "complex",
            ["user"] = new JsonObject { ["format"] = "iss_sub", ["iss"] = OidcServer.Issuer, ["sub"] = subject },
            ["session"] = new JsonObject { ["format"] = "opaque", ["id"] = AgencySessionId.Of(session.Sid, subject) },
        }.ToJsonString());
        claims["events"]!.ToJsonString().ShouldBe(new JsonObject
        {
            [Caep + "session-revoked"] = new JsonObject { ["initiating_entity"] = "user", ["event_timestamp"] = (long)claims["iat"]! },
        }.ToJsonString());
        await StateAsync(agency, NoticeState.Delivered, 1);
        token!.ShouldNotContain(citizen.Id.ToString());
    }

    [Fact]
    public async Task Nobody_hears_what_they_did_not_subscribe_to()
    {
        await using var listener = await AcceptingAsync();
        var silent = await server.NewAgencyAsync();
        var other = await SubscriberAsync(listener, Caep + "credential-change");
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        await silent.EnterAsync(browser);
        await other.EnterAsync(browser);

        await EndAsync(session);
        await Sender.SendDueAsync(CancellationToken.None);

        listener.Requests.ShouldBeEmpty();
        (await server.CountAsync("SELECT COUNT(*) FROM notices WHERE sid = @sid", p => p.Add("sid", session.Sid))).ShouldBe(0);
    }

    [Fact]
    public async Task A_suspension_is_told_to_every_service_the_citizen_uses_and_its_end_too()
    {
        await using var listener = await AcceptingAsync();
        var agency = await SubscriberAsync(listener, Risc + "account-disabled", Risc + "account-enabled", Caep + "session-revoked");
        var disconnected = await SubscriberAsync(listener, Risc + "account-disabled");
        var stranger = await SubscriberAsync(listener, Risc + "account-disabled");
        var (citizen, session, tokens) = await EnterAsync(agency);
        var subject = (string)Jwt.Claims((string)tokens["id_token"]!)["sub"]!;
        using var browser = server.NewBrowser();
        var second = await server.SignInAsync(browser, citizen);
        await disconnected.EnterAsync(browser);
        await DisconnectAsync(second, disconnected);

        await StandingAsync(s => s.SuspendAsync(citizen.Id, "hijacking", CancellationToken.None));
        await Eventually.TrueAsync(() => Task.FromResult(listener.Requests.Count == 2), "both events are pushed");
        await StandingAsync(s => s.ReinstateAsync(citizen.Id, CancellationToken.None));
        await Eventually.TrueAsync(() => Task.FromResult(listener.Requests.Count == 3), "the third event is pushed");
        await Sender.SendDueAsync(CancellationToken.None);

        var told = listener.Requests.Select(r => Jwt.Claims(r.Token!)).ToList();
        told.ShouldAllBe(claims => (string?)claims["aud"] == agency.ClientId);
        var user = new JsonObject { ["format"] = "iss_sub", ["iss"] = OidcServer.Issuer, ["sub"] = subject }.ToJsonString();
        var disabled = told.Single(c => c["events"]!.AsObject().ContainsKey(Risc + "account-disabled"));
        disabled["sub_id"]!.ToJsonString().ShouldBe(user);
        ((string?)disabled["events"]![Risc + "account-disabled"]!["reason"]).ShouldBe("hijacking");
        var revoked = told.Single(c => c["events"]!.AsObject().ContainsKey(Caep + "session-revoked"));
        ((string?)revoked["sub_id"]!["session"]!["id"]).ShouldBe(AgencySessionId.Of(session.Sid, subject));
        ((string?)revoked["events"]![Caep + "session-revoked"]!["initiating_entity"]).ShouldBe("admin");
        told.Single(c => c["events"]!.AsObject().ContainsKey(Risc + "account-enabled"))["sub_id"]!.ToJsonString().ShouldBe(user);
        stranger.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_passkey_that_came_or_went_is_told_without_its_name_and_model()
    {
        await using var listener = await AcceptingAsync();
        var agency = await SubscriberAsync(listener, Caep + "credential-change");
        var (citizen, session, _) = await EnterAsync(agency);
        await RecordAsync(new PasskeyAdded(citizen.Id, PasskeyKind.Platform));
        await RecordAsync(new PasskeyTakenAway(citizen.Id, citizen.CredentialId, PasskeyKind.Roaming, session.Sid, Guid.CreateVersion7(server.Time.GetUtcNow())));
        await Sender.SendDueAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(listener.Requests.Count == 2), "both events are pushed");

        var told = listener.Requests.Select(r => Jwt.Claims(r.Token!)).OrderBy(c => (string?)c["events"]![Caep + "credential-change"]!["change_type"]).ToList();
        foreach (var (claims, type, change) in (ReadOnlySpan<(JsonObject, string, string)>)
            [(told[0], "fido2-platform", "create"), (told[1], "fido2-roaming", "delete")])
        {
            ((string?)claims["sub_id"]!["format"]).ShouldBe("iss_sub");
            claims["events"]!.ToJsonString().ShouldBe(new JsonObject
            {
                [Caep + "credential-change"] = new JsonObject
                {
                    ["credential_type"] = type,
                    ["change_type"] = change,
                    ["initiating_entity"] = "user",
                    ["event_timestamp"] = (long)claims["iat"]!,
                },
            }.ToJsonString());
        }
    }

    [Fact]
    public async Task An_event_that_was_not_accepted_is_the_same_event_when_it_comes_again()
    {
        await using var listener = await TestListener.StartAsync();
        listener.AnswerWith(400, """{"err": "invalid_key", "description": "No such\nkey", "more": 1}""");
        var agency = await SubscriberAsync(listener, Caep + "session-revoked");
        var (_, session, _) = await EnterAsync(agency);
        await EndAsync(session);
        await FailureAsync(agency, "The answer was 400, invalid_key: No such?key");

        // A receiver that says something else than 202 has not said that it keeps the event.
        listener.AnswerWith(200);
        server.Time.Advance(TimeSpan.FromSeconds(11));
        await Sender.SendDueAsync(CancellationToken.None);
        await FailureAsync(agency, "The answer was 200, not 202.");

        listener.AnswerWith(202);
        server.Time.Advance(TimeSpan.FromSeconds(61));
        await Sender.SendDueAsync(CancellationToken.None);
        await StateAsync(agency, NoticeState.Delivered, 3);
        listener.Requests.Select(r => (string?)Jwt.Claims(r.Token!)["jti"]).Distinct().Count().ShouldBe(1);
        listener.Requests.Select(r => (long)Jwt.Claims(r.Token!)["iat"]!).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("application/json; charset=foo", """{"err": "invalid_key"}""", "The answer was 400, invalid_key")]
    [InlineData("application/json", """{"err": "\ud800"}""", "The answer was 400, not 202.")]
    [InlineData("application/json", """{"err": "invalid_key", "description": "\udc00"}""", "The answer was 400, not 202.")]
    [InlineData("application/json", """{"\ud800": "x", "err": "invalid_key"}""", "The answer was 400, not 202.")]
    public async Task An_answer_that_cannot_be_read_is_a_failure_like_any_other(string contentType, string body, string failure)
    {
        await using var listener = await TestListener.StartAsync();
        listener.Answer = http =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (400, contentType);
            return http.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body)).AsTask();
        };
        var agency = await SubscriberAsync(listener, Caep + "session-revoked");
        var (_, session, _) = await EnterAsync(agency);
        await EndAsync(session);

        await FailureAsync(agency, failure);
    }

    [Fact]
    public async Task What_a_client_no_longer_asks_for_is_not_sent_any_more()
    {
        await using var listener = await TestListener.StartAsync();
        listener.AnswerWith(503);
        var agency = await SubscriberAsync(listener, Caep + "session-revoked");
        var (_, session, _) = await EnterAsync(agency);
        await EndAsync(session);
        await FailureAsync(agency, "The answer was 503, not 202.");

        agency.Metadata.Remove("moi_security_events");
        await agency.RegisterAsync();
        server.Time.Advance(TimeSpan.FromSeconds(11));
        await Sender.SendDueAsync(CancellationToken.None);

        await StateAsync(agency, NoticeState.NotWanted, 2);
        listener.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_transmitter_says_what_is_on()
    {
        using var http = server.NewBackChannel();
        var text = await http.GetStringAsync(new Uri("/.well-known/ssf-configuration", UriKind.Relative));
        JsonNode.Parse(text)!.ToJsonString().ShouldBe(new JsonObject
        {
            ["spec_version"] = "1_0",
            ["issuer"] = OidcServer.Issuer,
            ["jwks_uri"] = OidcServer.Issuer + "connect/jwks",
            ["delivery_methods_supported"] = new JsonArray("urn:ietf:rfc:8935", "urn:ietf:rfc:8936"),
            ["default_subjects"] = "ALL",
            ["moi_poll_endpoint"] = OidcServer.Issuer + "connect/events/poll",
            ["moi_events_supported"] = new JsonArray(
                Caep + "session-revoked", Caep + "credential-change", Risc + "account-disabled", Risc + "account-enabled"),
        }.ToJsonString());
    }

    private NoticeSender Sender => server.Services.GetRequiredService<NoticeSender>();

    private static async Task<TestListener> AcceptingAsync()
    {
        var listener = await TestListener.StartAsync();
        listener.AnswerWith(202);
        return listener;
    }

    private Task<TestAgency> SubscriberAsync(TestListener listener, params string[] events)
        => server.NewAgencyAsync(a => a.Metadata["moi_security_events"] = new JsonObject
        {
            ["delivery"] = "push",
            ["endpoint_url"] = listener.Address(a, "/events"),
            ["events"] = new JsonArray([.. events.Select(e => (JsonNode)e)]),
        });

    private async Task<(TestCitizen Citizen, Session Session, JsonObject Tokens)> EnterAsync(TestAgency agency)
    {
        var citizen = await server.NewCitizenAsync();
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);
        return (citizen, session, await agency.GetTokensAsync(browser));
    }

    private async Task EndAsync(Session session)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>().EndAsync(session, SessionEndReason.SignedOut, CancellationToken.None);
    }

    private async Task DisconnectAsync(Session session, TestAgency agency)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IConnectedServices>().RevokeAsync(session, agency.ClientId, CancellationToken.None);
    }

    private async Task StandingAsync(Func<CitizenStanding, Task> act)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<CitizenStanding>());
    }

    private async Task RecordAsync(AccountChange change)
    {
        var participants = server.Services.GetServices<IAccountChangeParticipant>().ToList();
        await server.Sql.TransactionAsync(
            async work =>
            {
                foreach (var participant in participants)
                {
                    await participant.RecordAsync(work, change, CancellationToken.None);
                }

                return true;
            },
            CancellationToken.None);
        participants.ForEach(p => p.Announce());
    }

    private Task StateAsync(TestAgency agency, NoticeState state, int attempts)
        => Eventually.TrueAsync(
            async () => await server.CountAsync(
                "SELECT COUNT(*) FROM notices WHERE client_id = @c AND state = @state AND attempts = @attempts",
                p => p.Add("c", agency.ClientId).Add("state", (int)state).Add("attempts", attempts)) == 1,
            $"the notice is {state} after {attempts}");

    private Task FailureAsync(TestAgency agency, string failure)
        => Eventually.TrueAsync(
            async () => await server.CountAsync(
                "SELECT COUNT(*) FROM notices WHERE client_id = @c AND failure = @failure",
                p => p.Add("c", agency.ClientId).Add("failure", failure)) == 1,
            failure);
}

[Collection<OnSqlite>]
public sealed class SqliteSecurityEventTests(SqliteOidcServer server) : SecurityEventTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSecurityEventTests(PostgresOidcServer server) : SecurityEventTests(server);
