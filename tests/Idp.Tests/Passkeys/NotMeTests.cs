using System.Net;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class NotMeOnSqliteTests(SqliteIdp idp) : NotMeTests(idp), IClassFixture<SqliteIdp>;

public sealed class NotMeOnPostgresTests(PostgresIdp idp) : NotMeTests(idp), IClassFixture<PostgresIdp>;

/// <summary>「這不是我」: somebody finds an entry in their activity that was not them.</summary>
public abstract class NotMeTests(IdpFixture idp)
{
    [Fact]
    public async Task A_citizen_says_it_was_not_me_and_is_signed_out_everywhere_else()
    {
        using var browser = await idp.CitizenAsync();
        idp.App.Time.Advance(TimeSpan.FromSeconds(1));
        using var thief = idp.Browser(browser.Authenticator);
        await thief.SignInAsync();
        await browser.OpenAsync("/account/activity");
        var address = AddressOn(browser.Page);

        var page = await browser.OpenAsync(address);
        page.Text.ShouldContain("We will now");
        page.Text.ShouldContain("You signed in");
        await browser.SendAsync(page.Forms.Single(form => form.Action != "/session"));

        browser.Page.Text.ShouldContain("All other devices are signed out");
        browser.Page.Text.ShouldContain("Add another passkey first", Case.Sensitive, "it is the only passkey");
        (await thief.OpenAsync("/account")).Path.ShouldBe("/sign-in");
        (await browser.OpenAsync("/account/activity")).Text.ShouldContain("You reported an entry that was not you.");
        browser.Page.Text.ShouldContain("You reported “This wasn’t me”, and the device was signed out.");
    }

    [Fact]
    public async Task With_another_passkey_it_leads_to_the_removal_of_the_one_that_was_used()
    {
        using var browser = await idp.CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        await idp.ExecuteAsync(
            """
            INSERT INTO audit_events (id, at, name, citizen_id, client_id, sid, device, trace_id, details)
            SELECT k.id, k.created_at, 'session.started', k.citizen_id, NULL, NULL, '', '', '{"credential": "' || LOWER(CAST(k.id AS TEXT)) || '"}'
            FROM credentials k WHERE k.citizen_id = @citizen
            """,
            citizen);
        var passkey = (await idp.QueryAsync("SELECT id FROM credentials WHERE citizen_id = @citizen", citizen, row => row.Guid(0)))[0];
        await browser.OpenAsync("/account/passkeys/add");
        var create = await browser.UsePasskeyAsync(new Lies { Credential = browser.Authenticator.Credentials.Single() });
        await browser.SendResponseAsync(create, new SoftAuthenticator().Create(create.PasskeyForm.Options, IdpApplication.Origin));

        var page = await browser.OpenAsync("/account/activity/not-me?event=" + passkey);
        await browser.SendAsync(page.Forms.Single(form => form.Action != "/session"));

        browser.Page.Body.ShouldContain($"/account/passkeys/remove?id={passkey}");
    }

    [Fact]
    public async Task Nobody_elses_entry_can_be_disowned_and_no_entry_that_nobody_made()
    {
        using var other = await idp.CitizenAsync();
        var stranger = (await idp.SessionOfAsync(other))!.CitizenId;
        var theirs = (await idp.QueryAsync(
            "SELECT id FROM audit_events WHERE citizen_id = @citizen AND name = 'session.started'", stranger, row => row.Guid(0)))[0];
        using var browser = await idp.CitizenAsync();
        var mine = (await idp.SessionOfAsync(browser))!.CitizenId;
        var signedUp = (await idp.QueryAsync(
            "SELECT id FROM audit_events WHERE citizen_id = @citizen AND name = 'citizen.signed_up'", mine, row => row.Guid(0)))[0];

        await browser.OpenAsync("/account/activity");
        var own = await browser.OpenAsync(AddressOn(browser.Page));
        var form = own.Forms.Single(form => form.Action != "/session");

        // What could be disowned if it were theirs to disown: with the form of an entry of their own, too.
        foreach (var id in (string[])[theirs.ToString(), signedUp.ToString(), Guid.Empty.ToString(), "made-up", ""])
        {
            var address = "/account/activity/not-me?event=" + id;
            (await browser.OpenAsync(address)).Status.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
            var elsewhere = form with { Attributes = new Dictionary<string, string> { ["action"] = address } };
            (await browser.SendAsync(own, elsewhere)).Status.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
        }

        (await idp.QueryAsync("SELECT id FROM audit_events WHERE citizen_id = @citizen AND name = 'activity.disowned'", mine, row => row.Guid(0))).ShouldBeEmpty();
        (await other.OpenAsync("/account")).Path.ShouldBe("/account");
    }

    [Fact]
    public async Task Looking_ends_nothing()
    {
        using var browser = await idp.CitizenAsync();
        await browser.OpenAsync("/account/activity");
        var address = AddressOn(browser.Page);
        using var other = idp.Browser(browser.Authenticator);
        await other.SignInAsync();

        await browser.OpenAsync(address);

        (await other.OpenAsync("/account")).Path.ShouldBe("/account");
    }

    /// <summary>Where the button of the newest entry leads.</summary>
    private static string AddressOn(BrowserPage activity)
        => Html.Attribute(activity.Body[activity.Body.IndexOf("btn-small\" href=\"/account/activity/not-me", StringComparison.Ordinal)..], "href")!;
}
