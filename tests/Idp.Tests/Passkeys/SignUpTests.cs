using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class SignUpOnSqliteTests(SqliteIdp idp) : SignUpTests(idp), IClassFixture<SqliteIdp>;

public sealed class SignUpOnPostgresTests(PostgresIdp idp) : SignUpTests(idp), IClassFixture<PostgresIdp>;

public abstract class SignUpTests(IdpFixture idp)
{
    [Fact]
    public async Task A_citizen_signs_up_and_comes_back()
    {
        using var browser = idp.Browser();
        await browser.SignUpAsync();
        browser.Page.Path.ShouldBe("/sign-up/done");
        browser.Page.Status.ShouldBe(HttpStatusCode.OK);

        browser.Cookies.Clear();
        await browser.SignInAsync();
        browser.Page.Path.ShouldBe("/account");
        browser.Page.Text.ShouldContain("Hello, Home");
    }

    /// <summary>Seen failing on 2026-11-27 on PostgreSQL: together they were too long for their column.</summary>
    [Fact]
    public async Task However_many_transports_a_browser_names_the_account_is_made()
    {
        using var browser = idp.Browser(new SoftAuthenticator { Transports = [.. Enumerable.Range(0, 9).Select(i => $"{i}" + new string('t', 31)), .. Enumerable.Range(0, 9).Select(i => $"{i}" + new string('t', 23))] });
        await browser.SignUpAsync();
        browser.Page.Path.ShouldBe("/sign-up/done", browser.Page.Text);
    }

    [Fact]
    public async Task Options_ask_for_a_discoverable_verified_passkey_under_a_random_handle()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        var page = await browser.SendAsync(browser.Page.PlainForm, ("label", "𠮷野家的手機"));
        using var options = JsonDocument.Parse(page.PasskeyForm.Options);
        var root = options.RootElement;

        root.GetProperty("pubKeyCredParams").EnumerateArray().Select(p => p.GetProperty("alg").GetInt32())
            .ShouldBe([-8, -7, -257], ignoreOrder: true);
        var selection = root.GetProperty("authenticatorSelection");
        selection.GetProperty("residentKey").GetString().ShouldBe("required");
        selection.GetProperty("userVerification").GetString().ShouldBe("required");
        root.GetProperty("hints").GetArrayLength().ShouldBe(1);
        root.GetProperty("rp").GetProperty("id").GetString().ShouldBe("idp.localhost");
        Base64Url.DecodeFromChars(root.GetProperty("user").GetProperty("id").GetString()).Length.ShouldBe(32);
        root.GetProperty("user").GetProperty("name").GetString().ShouldBe("𠮷野家的手機");
        Base64Url.DecodeFromChars(root.GetProperty("challenge").GetString()).Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_retry_keeps_the_user_handle_and_gets_a_fresh_challenge()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        var first = await browser.SendAsync(browser.Page.PlainForm, ("label", "Home"));
        var second = await browser.FailAsync("NotAllowedError");

        second.ProblemCode.ShouldBe("MOI-WA-002");
        Member(second, "user").ShouldBe(Member(first, "user"));
        Member(second, "challenge").ShouldNotBe(Member(first, "challenge"));
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/sign-up/done");
    }

    [Theory]
    [InlineData("", "Tell us what to call you")]
    [InlineData("   ", "Tell us what to call you")]
    [InlineData("A123456789", "looks like a national ID")]
    [InlineData("my id is ａ１２３４５６７８９", "looks like a national ID")]
    [InlineData("A-1234-56789", "looks like a national ID")]
    [InlineData("AC01234567", "looks like a national ID")]
    [InlineData("a\u202Eb", "invisible or unusable")]
    [InlineData("a\r\nb", "invisible or unusable")]
    public async Task A_label_that_cannot_be_used_is_explained(string label, string explanation)
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", label));
        browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        browser.Page.Text.ShouldContain(explanation);
        browser.Page.Forms.ShouldNotContain(form => form.Passkey != null);
    }

    [Fact]
    public async Task A_label_counts_characters_as_people_do()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", string.Concat(Enumerable.Repeat("𠮷", 50))));
        browser.Page.PasskeyForm.Passkey.ShouldBe("create");

        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", string.Concat(Enumerable.Repeat("𠮷", 51))));
        browser.Page.Text.ShouldContain("50 characters at most");
    }

    [Fact(DisplayName = "W12: a label with markup is shown as text")]
    public async Task W12_markup_in_a_label_stays_text()
    {
        const string Label = "<script>alert(1)</script>";
        using var browser = idp.Browser();
        await browser.SignUpAsync(Label);
        await browser.OpenAsync("/account");
        browser.Page.Body.ShouldNotContain(Label);
        browser.Page.Text.ShouldContain("Hello, " + Label);
    }

    [Fact(DisplayName = "W5: a registration response counts once")]
    public async Task W5_a_registration_response_counts_once()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        var page = await browser.SendAsync(browser.Page.PlainForm, ("label", "Home"));
        var response = browser.Answer(page);
        (await browser.SendResponseAsync(page, response)).Path.ShouldBe("/sign-up/done");

        using var other = idp.Browser(browser.Authenticator);
        foreach (var (name, value) in browser.Cookies)
        {
            other.Cookies[name] = value;
        }

        (await other.OpenAsync(page.Address.PathAndQuery)).Path.ShouldBe("/sign-up/done");
        (await other.SendResponseAsync(page, response)).ProblemCode.ShouldBe("MOI-SES-002");
        (await idp.CountAsync("credentials", "credential_id", browser.Authenticator.Credentials.Single().Id)).ShouldBe(1);
    }

    [Fact(DisplayName = "W5: of many parallel posts of one registration exactly one makes an account")]
    public async Task W5_parallel_posts_make_one_account()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        var page = await browser.SendAsync(browser.Page.PlainForm, ("label", "Home"));
        var response = browser.Answer(page);
        var browsers = Enumerable.Range(0, 40).Select(_ => idp.CopyOf(browser)).ToArray();
        var pages = await Task.WhenAll(browsers.Select(one => Task.Run(() => one.SendResponseAsync(page, response))));
        pages.Count(p => p.Path == "/sign-up/done").ShouldBe(1);
        (await idp.CountAsync("credentials", "credential_id", browser.Authenticator.Credentials.Single().Id)).ShouldBe(1);
    }

    [Fact(DisplayName = "W8, R12: a draft that was made up, or of another browser, makes no account")]
    public async Task W8_a_foreign_or_forged_draft_makes_no_account()
    {
        using var victim = idp.Browser();
        await victim.OpenAsync("/sign-up");
        var page = await victim.SendAsync(victim.Page.PlainForm, ("label", "Home"));

        using var attacker = idp.Browser();
        await attacker.OpenAsync("/sign-up");
        (await attacker.OpenAsync(page.Address.PathAndQuery)).ProblemCode.ShouldBe("MOI-SES-002");
        (await attacker.OpenAsync("/sign-up/passkey?draft=" + new string('A', 43))).ProblemCode.ShouldBe("MOI-SES-002");
        (await attacker.OpenAsync("/sign-up/passkey?draft=../../x")).ProblemCode.ShouldBe("MOI-SES-002");

        // The attacker's own form, with the victim's ceremony in it.
        await attacker.OpenAsync("/sign-up");
        var own = await attacker.SendAsync(attacker.Page.PlainForm, ("label", "Home"));
        var response = attacker.Authenticator.Create(page.PasskeyForm.Options, IdpApplication.Origin);
        var result = await attacker.SendResponseAsync(own, response, ("ceremony", page.PasskeyForm.Fields["ceremony"]));
        result.ProblemCode.ShouldBe("MOI-WA-014");
        attacker.Cookies.Keys.ShouldNotContain("moi-session");
    }

    [Fact(DisplayName = "W9: without a session no passkey is added to anything")]
    public async Task W9_without_a_session_nothing_is_added()
    {
        using var browser = idp.Browser();
        (await browser.OpenAsync("/account/passkeys/create?permit=" + new string('A', 43))).Path.ShouldBe("/sign-in");
        (await browser.OpenAsync("/account/passkeys/add")).Path.ShouldBe("/sign-in");
    }

    [Fact(DisplayName = "W11: a credential id that is taken is refused, whoever has it")]
    public async Task W11_a_taken_credential_id_is_refused()
    {
        using var owner = idp.Browser();
        await owner.SignUpAsync();
        var taken = owner.Authenticator.Credentials.Single().Id;

        using var thief = idp.Browser();
        await thief.OpenAsync("/sign-up");
        await thief.SendAsync(thief.Page.PlainForm, ("label", "Thief"));
        await thief.UsePasskeyAsync(new Lies { CredentialId = taken });
        thief.Page.Status.ShouldBe(HttpStatusCode.Conflict);
        thief.Page.ProblemCode.ShouldBe("MOI-WA-018");
        thief.Cookies.Keys.ShouldNotContain("moi-session");
        (await idp.CountAsync("citizens", "display_label", "Thief")).ShouldBe(0);

        owner.Cookies.Clear();
        (await owner.SignInAsync()).Path.ShouldBe("/account");
    }

    [Fact(DisplayName = "W11: a credential id above 1023 bytes is refused")]
    public async Task W11_a_long_credential_id_is_refused()
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", "Long"));
        await browser.UsePasskeyAsync(new Lies { CredentialId = new byte[1024] });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-017");
        (await idp.CountAsync("citizens", "display_label", "Long")).ShouldBe(0);
    }

    [Theory(DisplayName = "W4: what was asked is checked against what was issued")]
    [InlineData("algorithm", "MOI-WA-017")]
    [InlineData("user verification", "MOI-WA-011")]
    [InlineData("resident key", "MOI-WA-017")]
    public async Task W4_the_issued_options_count(string bent, string code)
    {
        using var browser = idp.Browser(new SoftAuthenticator { Algorithms = [-7, -35] });
        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", bent));
        await browser.UsePasskeyAsync(bent switch
        {
            "algorithm" => new Lies { Algorithm = -35 },
            "user verification" => new Lies { UserVerified = false },
            _ => new Lies { ClientExtensionResults = new() { ["credProps"] = new System.Text.Json.Nodes.JsonObject { ["rk"] = false } } },
        });
        browser.Page.ProblemCode.ShouldBe(code);
        (await idp.CountAsync("citizens", "display_label", bent)).ShouldBe(0);
    }

    [Fact]
    public async Task Somebody_signed_in_is_asked_what_to_do()
    {
        using var browser = idp.Browser();
        await browser.SignUpAsync();
        await browser.OpenAsync("/sign-up");
        browser.Page.Text.ShouldContain("You have an account already");
    }

    [Fact]
    public async Task The_reminder_waits_30_days()
    {
        using var browser = idp.Browser();
        await browser.SignUpAsync();
        await browser.SendAsync(browser.Page.PlainForm);
        browser.Page.Path.ShouldBe("/account");
        browser.Page.Text.ShouldNotContain("Remind me in 30 days");
    }

    private static string Member(BrowserPage page, string name)
    {
        using var options = JsonDocument.Parse(page.PasskeyForm.Options);
        return options.RootElement.GetProperty(name).GetRawText();
    }
}
