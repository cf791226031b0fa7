using System.Text.Json;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class CeremonyOnSqliteTests(SqliteIdp idp) : CeremonyTests(idp), IClassFixture<SqliteIdp>;

public sealed class CeremonyOnPostgresTests(PostgresIdp idp) : CeremonyTests(idp), IClassFixture<PostgresIdp>;

/// <summary>One challenge, one browser, one use.</summary>
public abstract class CeremonyTests(IdpFixture idp)
{
    private static readonly TimeSpan CeremonyLifetime = TimeSpan.FromMinutes(5);

    [Fact(DisplayName = "W24: who exists cannot be told from the options")]
    public async Task W24_options_have_one_shape()
    {
        using var known = await idp.SignedOutAsync();
        using var stranger = idp.Browser();
        var (one, two) = (await known.OpenAsync("/sign-in"), await stranger.OpenAsync("/sign-in"));
        Shape(one).ShouldBe(Shape(two));
        one.Allowed().ShouldBeEmpty();
        Shape(await known.OpenAsync("/sign-in?username=home&account=home&login_hint=home")).ShouldBe(Shape(two));

        static string Shape(BrowserPage page)
        {
            using var options = JsonDocument.Parse(page.PasskeyForm.Options);
            return string.Join(';', options.RootElement.EnumerateObject().Select(m => m.Name == "challenge"
                ? "challenge:" + m.Value.GetString()!.Length
                : m.Name + ":" + m.Value.GetRawText()));
        }
    }

    [Fact(DisplayName = "W5, W14: a challenge serves once, also when the attempt failed")]
    public async Task W14_a_failed_attempt_spends_the_challenge()
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        var good = browser.Answer(page);
        (await browser.UsePasskeyAsync(page, new Lies { UserVerified = false })).ProblemCode.ShouldBe("MOI-WA-011");
        (await browser.SendResponseAsync(page, good)).ProblemCode.ShouldBe("MOI-WA-013");
        browser.Cookies.Keys.ShouldNotContain("moi-session");

        // The page that told so holds a new ceremony.
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account");
    }

    [Fact(DisplayName = "W25: 200 parallel posts of one assertion make one session")]
    public async Task W25_parallel_posts_make_one_session()
    {
        using var browser = await idp.CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        browser.Cookies.Remove("moi-session");
        var page = await browser.OpenAsync("/sign-in");
        var response = browser.Answer(page);
        var browsers = Enumerable.Range(0, 200).Select(_ => idp.CopyOf(browser)).ToArray();

        var pages = await Task.WhenAll(browsers.Select(one => Task.Run(() => one.SendResponseAsync(page, response))));

        pages.Count(p => p.Path == "/account").ShouldBe(1);
        pages.Count(p => p.ProblemCode == "MOI-WA-013").ShouldBe(199);
        browsers.Count(one => one.Cookies.ContainsKey("moi-session")).ShouldBe(1);
        (await idp.QueryAsync("SELECT name FROM audit_events WHERE citizen_id = @citizen AND name = 'session.started'", citizen, row => row.Text(0)))
            .Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_ceremony_belongs_to_one_browser()
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        using var other = browser.WithoutCookies(idp.App.Server.CreateHandler());
        var own = await other.OpenAsync("/sign-in");
        var stolen = await other.SendResponseAsync(
            own, browser.Answer(page), ("ceremony", page.PasskeyForm.Fields["ceremony"]));
        stolen.ProblemCode.ShouldBe("MOI-WA-014");
    }

    [Fact]
    public async Task A_ceremony_expires()
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        idp.App.Time.Advance(CeremonyLifetime + TimeSpan.FromSeconds(1));
        (await browser.UsePasskeyAsync(page)).ProblemCode.ShouldBe("MOI-WA-013");
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account");
    }

    [Fact]
    public async Task A_ceremony_of_another_kind_or_a_tampered_handle_is_none()
    {
        using var browser = await idp.SignedOutAsync();
        await browser.OpenAsync("/sign-up");
        var creation = await browser.SendAsync(browser.Page.PlainForm, ("label", "x"));
        var page = await browser.OpenAsync("/sign-in");
        var handle = page.PasskeyForm.Fields["ceremony"];
        string?[] handles =
        [
            creation.PasskeyForm.Fields["ceremony"], "", null, handle[..^1], handle + "A", "../" + handle[3..],
            (handle[0] == 'A' ? "B" : "A") + handle[1..], new string('A', 5000),
        ];
        foreach (var bad in handles)
        {
            (await browser.SendResponseAsync(page, browser.Answer(page), ("ceremony", bad))).ProblemCode.ShouldBe("MOI-WA-013");
        }

        browser.Cookies.Keys.ShouldNotContain("moi-session");
    }
}
