using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Administrators;

public sealed class EnrolmentOnSqliteTests(SqliteIdp idp) : EnrolmentTests(idp), IClassFixture<SqliteIdp>;

public sealed class EnrolmentOnPostgresTests(PostgresIdp idp) : EnrolmentTests(idp), IClassFixture<PostgresIdp>;

/// <summary>W6: an invitation makes one administrator, in one browser.</summary>
public abstract class EnrolmentTests(IdpFixture idp)
{
    [Fact]
    public async Task An_invited_person_becomes_administrator_with_a_passkey()
    {
        using var browser = idp.Browser();
        await BeginAsync(browser, await InviteAsync());
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account");
        var session = (await idp.SessionOfAsync(browser))!;
        (await idp.CountAsync("administrator_roles", "citizen_id", session.CitizenId)).ShouldBe(1);
        (await idp.QueryAsync(
            "SELECT sid FROM audit_events WHERE citizen_id = @citizen AND name = 'session.started'", session.CitizenId, row => row.TextOrNull(0)))
            .ShouldBe([session.Sid]);
    }

    [Fact(DisplayName = "W6: a link that was used makes nobody else administrator")]
    public async Task W6_a_used_link_is_closed()
    {
        var link = await InviteAsync();
        using var browser = idp.Browser();
        var page = await BeginAsync(browser, link);
        var response = browser.Answer(page);
        (await browser.SendResponseAsync(page, response)).Path.ShouldBe("/account");

        (await browser.OpenAsync(link)).ProblemCode.ShouldBe("MOI-SES-003");
        (await browser.SendResponseAsync(page, response)).ProblemCode.ShouldBe("MOI-SES-003");
        using var other = idp.Browser();
        (await other.OpenAsync(link)).ProblemCode.ShouldBe("MOI-SES-003");
    }

    [Fact(DisplayName = "W6: the browser that begins keeps the link; looking at it binds nothing")]
    public async Task W6_a_link_belongs_to_the_browser_that_began()
    {
        var link = await InviteAsync();
        using var preview = idp.Browser();
        await preview.OpenAsync(link);

        using var owner = idp.Browser();
        var page = await BeginAsync(owner, link);
        using var thief = idp.Browser();
        await thief.OpenAsync(link);
        (await thief.SendAsync(thief.Page.PlainForm, ("label", "Thief"))).ProblemCode.ShouldBe("MOI-SES-003");
        (await thief.OpenAsync(page.Address.PathAndQuery)).ProblemCode.ShouldBe("MOI-SES-003");
        (await owner.UsePasskeyAsync(page)).Path.ShouldBe("/account");
    }

    [Fact(DisplayName = "W6: of two drafts of one link one becomes an account")]
    public async Task W6_one_link_one_account()
    {
        var link = await InviteAsync();
        using var browser = idp.Browser();
        var one = await BeginAsync(browser, link, "Only one");
        var two = await BeginAsync(browser, link, "Only one");
        using var copy = idp.CopyOf(browser);
        var (first, second) = (browser.Answer(one), new SoftAuthenticator().Create(two.PasskeyForm.Options, IdpApplication.Origin));
        var pages = await Task.WhenAll(
            Task.Run(() => browser.SendResponseAsync(one, first)), Task.Run(() => copy.SendResponseAsync(two, second)));
        pages.Count(page => page.Path == "/account").ShouldBe(1);
        pages.Count(page => page.ProblemCode == "MOI-SES-003").ShouldBe(1);
        (await idp.CountAsync("citizens", "display_label", "Only one")).ShouldBe(1);
    }

    [Fact]
    public async Task A_link_works_for_a_day()
    {
        var link = await InviteAsync();
        using var browser = idp.Browser();
        await browser.OpenAsync(link);
        browser.Page.ProblemCode.ShouldBeNull();
        idp.App.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
        (await browser.OpenAsync(link)).ProblemCode.ShouldBe("MOI-SES-003");
        (await browser.OpenAsync("/administrators/enrol")).ProblemCode.ShouldBe("MOI-SES-003");
    }

    private static async Task<BrowserPage> BeginAsync(CitizenBrowser browser, string link, string label = "Admin")
    {
        await browser.OpenAsync(link);
        return await browser.SendAsync(browser.Page.PlainForm, ("label", label));
    }

    private Task<string> InviteAsync()
        => idp.App.Services.GetRequiredService<AdministratorInvitations>().CreateAsync(CancellationToken.None);
}
