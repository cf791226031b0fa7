using System.Net;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class SignInOnSqliteTests(SqliteIdp idp) : SignInTests(idp), IClassFixture<SqliteIdp>;

public sealed class SignInOnPostgresTests(PostgresIdp idp) : SignInTests(idp), IClassFixture<PostgresIdp>;

/// <summary>The way in, and everything that is not one.</summary>
public abstract class SignInTests(IdpFixture idp)
{
    [Fact]
    public async Task Every_sign_in_gets_a_new_session_id_in_a_small_cookie()
    {
        using var browser = await idp.CitizenAsync();
        var sids = new HashSet<string>(StringComparer.Ordinal) { (await idp.SessionOfAsync(browser))!.Sid };
        for (var i = 0; i < 3; i++)
        {
            browser.Cookies.Remove("moi-session");
            await browser.SignInAsync();
            sids.Add((await idp.SessionOfAsync(browser))!.Sid).ShouldBeTrue();
        }

        browser.Cookies.ShouldAllBe(cookie => cookie.Key.Length + cookie.Value.Length < 400);
    }

    [Theory]
    [InlineData("/account/passkeys", "/account/passkeys")]
    [InlineData("/account/activity?before=1", "/account/activity")]
    [InlineData("//evil.example", "/account")]
    [InlineData("/\\evil.example", "/account")]
    [InlineData("/\t/evil.example", "/account")]
    [InlineData("https://evil.example", "/account")]
    [InlineData("javascript:alert(1)", "/account")]
    [InlineData("account", "/account")]
    [InlineData("", "/account")]
    public async Task After_sign_in_the_browser_stays_on_this_site(string asked, string reached)
    {
        using var browser = await idp.CitizenAsync();
        browser.Cookies.Remove("moi-session");
        await browser.SignInAsync("?return=" + Uri.EscapeDataString(asked));
        browser.Page.Leaving.ShouldBeNull();
        browser.Page.Path.ShouldBe(reached);
    }

    [Fact]
    public async Task A_page_that_needs_a_citizen_is_reached_after_sign_in()
    {
        using var browser = await idp.CitizenAsync();
        browser.Cookies.Clear();
        (await browser.OpenAsync("/account/sessions")).Path.ShouldBe("/sign-in");
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account/sessions");
    }

    [Fact]
    public async Task A_transaction_learns_who_signed_in_and_the_agency_is_named()
    {
        using var browser = await idp.SignedOutAsync();
        var tx = await idp.BeginTransactionAsync(
            browser, null, new RequestingService("hello", "哈囉", "Hello", "範例機關", "Sample Agency", "http://hello.localhost:5090"));
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        page.Text.ShouldContain("Sign in to continue to Hello");
        page.Text.ShouldContain("Sample Agency");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("form-action 'self' http://hello.localhost:5090");

        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account/activity");
        var session = (await idp.SessionOfAsync(browser))!;
        var outcome = (await idp.FindTransactionAsync(browser, tx))!.Outcome!;
        (outcome.Sid, outcome.CitizenId, outcome.Acr).ShouldBe((session.Sid, session.CitizenId, "urn:moi:acr:1"));
        session.Amr.ShouldBe(["hwk", "user", "mfa"]);
    }

    [Fact]
    public async Task Tabs_do_not_disturb_each_other()
    {
        using var browser = await idp.SignedOutAsync();
        var (one, two) = (await idp.BeginTransactionAsync(browser), await idp.BeginTransactionAsync(browser));
        var first = await browser.OpenAsync("/sign-in?tx=" + one);
        var second = await browser.OpenAsync("/sign-in?tx=" + two);

        (await browser.UsePasskeyAsync(second)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, one))!.Outcome.ShouldBeNull();
        (await browser.UsePasskeyAsync(first)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, one))!.Outcome.ShouldNotBeNull();
    }

    [Fact(DisplayName = "R11: two people on one browser never mix")]
    public async Task R11_the_second_citizen_ends_the_session_of_the_first()
    {
        using var browser = await idp.CitizenAsync();
        var first = browser.Cookies["moi-session"];
        using var second = await idp.CitizenAsync();
        second.Cookies.Clear();
        second.Cookies["moi-browser"] = browser.Cookies["moi-browser"];
        second.Cookies["moi-session"] = first;

        await second.OpenAsync("/sign-in?switch=1");
        await second.UsePasskeyAsync();
        second.Cookies["moi-session"].ShouldNotBe(first);
        (await browser.OpenAsync("/account")).Path.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Somebody_signed_in_may_go_on_or_switch()
    {
        using var browser = await idp.CitizenAsync();
        var tx = await idp.BeginTransactionAsync(browser);
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        page.Forms.ShouldAllBe(form => form.Passkey == null);
        page.Text.ShouldContain("Current account: Home");

        (await browser.SendAsync(page.PlainForm)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
        (await browser.OpenAsync("/sign-in?tx=" + tx + "&switch=1")).PasskeyForm.Passkey.ShouldBe("get");
    }

    [Theory(DisplayName = "S13: a session cannot be guessed or made up")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("../../x.y")]
    [InlineData("sid-only")]
    [InlineData("wrong-secret")]
    public async Task S13_a_made_up_cookie_is_nobody(string cookie)
    {
        using var browser = await idp.CitizenAsync();
        var sid = (await idp.SessionOfAsync(browser))!.Sid;
        browser.Cookies["moi-session"] = cookie switch
        {
            "sid-only" => sid,
            "wrong-secret" => sid + "." + new string('A', 43),
            _ => cookie,
        };
        (await browser.OpenAsync("/account")).Path.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_passkey_from_another_device_is_offered_a_sibling_here()
    {
        using var browser = await idp.SignedOutAsync(new SoftAuthenticator { Attachment = "cross-platform", Transports = ["hybrid"] });
        await browser.SignInAsync("?return=/account/sessions");
        browser.Page.Path.ShouldBe("/sign-in/this-device");

        using var here = idp.CopyOf(browser);
        var local = new SoftAuthenticator();
        var answer = local.Create(browser.Page.PasskeyForm.Options, IdpApplication.Origin);
        var page = browser.Page;
        (await browser.SendResponseAsync(page, answer)).Path.ShouldBe("/account/sessions");
        (await browser.SendResponseAsync(page, answer)).Status.ShouldNotBe(HttpStatusCode.OK);

        // The same person, with the new passkey of this device.
        browser.Cookies.Remove("moi-session");
        using var again = idp.Browser(local);
        (await again.SignInAsync()).Path.ShouldBe("/account");
        (await idp.QueryAsync("SELECT id FROM credentials WHERE citizen_id = @citizen", (await idp.SessionOfAsync(again))!.CitizenId, row => row.Guid(0)))
            .Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task The_offer_can_be_declined_and_is_not_repeated(string isShared)
    {
        using var browser = await idp.SignedOutAsync(new SoftAuthenticator { Attachment = "cross-platform" });
        await browser.SignInAsync("?return=/account/sessions");
        await browser.SendAsync(browser.Page.PlainForm, ("isShared", isShared));
        browser.Page.Path.ShouldBe("/account/sessions");
        browser.Cookies.Remove("moi-session");
        await browser.SignInAsync("?return=/account/sessions");
        browser.Page.Path.ShouldBe("/account/sessions");
    }

    [Fact]
    public async Task A_session_survives_a_restart_of_the_server()
    {
        using var browser = await idp.CitizenAsync();
        await idp.RestartAsync();
        using var after = idp.CopyOf(browser);
        (await after.OpenAsync("/account")).Text.ShouldContain("Hello, Home");
    }

    [Theory]
    [InlineData("/sign-in", "登入我的數位身分")]
    [InlineData("/sign-in/phone", "用手機登入這台電腦")]
    [InlineData("/sign-in/trouble", "請選擇您手邊有的")]
    [InlineData("/sign-up", "怎麼稱呼您")]
    public async Task Pages_speak_Chinese(string path, string words)
    {
        using var browser = idp.Browser();
        browser.Languages = "zh-TW";
        (await browser.OpenAsync(path)).Text.ShouldContain(words);
    }
}
