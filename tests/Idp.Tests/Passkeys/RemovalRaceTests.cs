using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

/// <summary>A passkey is removed, and its session ends in the same moment.</summary>
public sealed class RemovalRaceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Seen failing on 2026-11-27: the browser was signed in, and no event said since when.</summary>
    [Fact]
    public async Task A_session_that_begins_in_place_of_one_that_ended_meanwhile_is_recorded()
    {
        await using var application = new IdpApplication(new Dictionary<string, string?> { ["Idp:DataPath"] = _folder });
        await using var idp = application.WithWebHostBuilder(host => host.ConfigureTestServices(
            services => services.AddSingleton<IAccountChangeParticipant, EndsTheSession>()));
        using var browser = new CitizenBrowser(idp.Server.CreateHandler(), IdpApplication.Origin);
        (await browser.SignUpAsync()).Path.ShouldBe("/sign-up/done");
        var first = await OnlyIdAsync(idp.Services);
        var other = new SoftAuthenticator();
        await browser.OpenAsync("/account/passkeys/add");
        var create = await browser.UsePasskeyAsync(new Lies { Credential = browser.Authenticator.Credentials.Single() });
        await browser.SendResponseAsync(create, other.Create(create.PasskeyForm.Options, IdpApplication.Origin));

        var page = await browser.OpenAsync("/account/passkeys/remove?id=" + first);
        await browser.SendResponseAsync(page, other.Get(page.PasskeyForm.Options, IdpApplication.Origin));

        browser.Page.Path.ShouldBe("/account/passkeys");
        var session = await idp.Services.GetRequiredService<SessionStore>().FindAsync(browser.Cookies["moi-session"], CancellationToken.None);
        var events = await idp.Services.GetRequiredService<SqlDatabase>().ListAsync(
            "SELECT name FROM audit_events WHERE sid = @sid ORDER BY id", p => p.Add("sid", session.ShouldNotBeNull().Sid), row => row.Text(0),
            CancellationToken.None);
        events.ShouldBe(["session.started"]);
    }

    private static async Task<Guid> OnlyIdAsync(IServiceProvider services)
        => (await services.GetRequiredService<SqlDatabase>().ListAsync(
            "SELECT id FROM credentials", static _ => { }, row => row.Guid(0), CancellationToken.None)).Single();

    /// <summary>Somebody signs this session out elsewhere, just before the removal is committed.</summary>
    private sealed class EndsTheSession(SessionStore sessions) : IAccountChangeParticipant
    {
        public async Task RecordAsync(SqlWork work, AccountChange change, CancellationToken ct)
        {
            if (change is PasskeyTakenAway { KeptSid: { } sid } && await sessions.FindBySidAsync(sid, ct) is { } session)
            {
                await sessions.RemoveAsync(session, ct);
            }
        }

        public void Announce()
        {
        }
    }
}
