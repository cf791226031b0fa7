using System.Net;
using System.Text.Json;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class SignInOnSqliteTests(SqliteIdp idp) : SignInTests(idp), IClassFixture<SqliteIdp>;

public sealed class SignInOnPostgresTests(PostgresIdp idp) : SignInTests(idp), IClassFixture<PostgresIdp>;

/// <summary>The way in, and everything that is not one.</summary>
public abstract class SignInTests(IdpFixture idp)
{
    private static readonly TimeSpan CeremonyLifetime = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Every_sign_in_gets_a_new_session_id_in_a_small_cookie()
    {
        using var browser = await CitizenAsync();
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
        using var browser = await CitizenAsync();
        browser.Cookies.Remove("moi-session");
        await browser.SignInAsync("?return=" + Uri.EscapeDataString(asked));
        browser.Page.Leaving.ShouldBeNull();
        browser.Page.Path.ShouldBe(reached);
    }

    [Fact]
    public async Task A_page_that_needs_a_citizen_is_reached_after_sign_in()
    {
        using var browser = await CitizenAsync();
        browser.Cookies.Clear();
        (await browser.OpenAsync("/account/sessions")).Path.ShouldBe("/sign-in");
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account/sessions");
    }

    [Fact]
    public async Task A_transaction_learns_who_signed_in_and_the_agency_is_named()
    {
        using var browser = await SignedOutAsync();
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
        using var browser = await SignedOutAsync();
        var (one, two) = (await idp.BeginTransactionAsync(browser), await idp.BeginTransactionAsync(browser));
        var first = await browser.OpenAsync("/sign-in?tx=" + one);
        var second = await browser.OpenAsync("/sign-in?tx=" + two);

        (await browser.UsePasskeyAsync(second)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, one))!.Outcome.ShouldBeNull();
        (await browser.UsePasskeyAsync(first)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, one))!.Outcome.ShouldNotBeNull();
    }

    [Fact(DisplayName = "R12: a ceremony of one tab does not serve the transaction of another")]
    public async Task R12_a_ceremony_stays_in_its_tab()
    {
        using var browser = await SignedOutAsync();
        var (one, two) = (await idp.BeginTransactionAsync(browser), await idp.BeginTransactionAsync(browser));
        var first = await browser.OpenAsync("/sign-in?tx=" + one);
        var second = await browser.OpenAsync("/sign-in?tx=" + two);

        var response = browser.Answer(first);
        var mixed = await browser.SendResponseAsync(second, response, ("ceremony", first.PasskeyForm.Fields["ceremony"]));
        mixed.ProblemCode.ShouldBe("MOI-WA-014");
        (await idp.FindTransactionAsync(browser, two))!.Outcome.ShouldBeNull();
        browser.Cookies.Keys.ShouldNotContain("moi-session");
    }

    [Fact(DisplayName = "R11: a transaction that an attacker began is worth nothing in the victim's browser, nor afterwards")]
    public async Task R11_a_transaction_belongs_to_one_browser()
    {
        using var attacker = idp.Browser();
        var tx = await idp.BeginTransactionAsync(attacker);

        using var victim = await SignedOutAsync();
        (await victim.OpenAsync("/sign-in?tx=" + tx)).ProblemCode.ShouldBe("MOI-SES-001");
        await victim.SignInAsync();
        (await idp.FindTransactionAsync(attacker, tx))!.Outcome.ShouldBeNull();
    }

    [Fact(DisplayName = "R11: two people on one browser never mix")]
    public async Task R11_the_second_citizen_ends_the_session_of_the_first()
    {
        using var browser = await CitizenAsync();
        var first = browser.Cookies["moi-session"];
        using var second = await CitizenAsync();
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
        using var browser = await CitizenAsync();
        var tx = await idp.BeginTransactionAsync(browser);
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        page.Forms.ShouldAllBe(form => form.Passkey == null);
        page.Text.ShouldContain("Current account: Home");

        (await browser.SendAsync(page.PlainForm)).Path.ShouldBe("/account/activity");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome!.Sid.ShouldBe((await idp.SessionOfAsync(browser))!.Sid);
        (await browser.OpenAsync("/sign-in?tx=" + tx + "&switch=1")).PasskeyForm.Passkey.ShouldBe("get");
    }

    [Theory]
    [InlineData("fresh")]
    [InlineData("max_age")]
    [InlineData("acr")]
    public async Task A_session_does_not_satisfy_a_request_for_more(string asked)
    {
        using var browser = await CitizenAsync();
        var tx = await idp.BeginTransactionAsync(browser, asked switch
        {
            "fresh" => new AuthenticationRequirement { Fresh = true },
            "max_age" => new AuthenticationRequirement { MaxAge = TimeSpan.FromMinutes(5) },
            _ => new AuthenticationRequirement { AcrValues = ["urn:moi:acr:1"] },
        });
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        var form = page.PasskeyForm;
        await browser.SendAsync(page, form with { Attributes = new Dictionary<string, string> { ["action"] = "/sign-in?tx=" + tx + "&handler=Continue" } });
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
    }

    [Fact]
    public async Task A_confirmation_takes_only_that_citizen_keeps_the_sid_and_changes_the_cookie()
    {
        using var browser = await CitizenAsync();
        var before = (await idp.SessionOfAsync(browser))!;
        var oldCookie = browser.Cookies["moi-session"];
        idp.App.Time.Advance(TimeSpan.FromMinutes(10));
        var tx = await idp.BeginTransactionAsync(
            browser, new AuthenticationRequirement { Fresh = true, CitizenId = before.CitizenId });
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        page.Text.ShouldContain("Confirm it’s you");
        Allowed(page).Length.ShouldBe(1);

        await browser.UsePasskeyAsync();
        var after = (await idp.SessionOfAsync(browser))!;
        after.Sid.ShouldBe(before.Sid);
        after.AuthTime.ShouldBeGreaterThan(before.AuthTime);
        (await idp.FindTransactionAsync(browser, tx))!.Outcome!.At.ShouldBe(after.AuthTime);
        browser.Cookies["moi-session"].ShouldNotBe(oldCookie);

        using var thief = idp.Browser();
        thief.Cookies["moi-session"] = oldCookie;
        (await thief.OpenAsync("/account")).Path.ShouldBe("/sign-in");
    }

    [Fact(DisplayName = "W17: started for one account, finished with another's passkey")]
    public async Task W17_another_accounts_passkey_confirms_nothing()
    {
        using var browser = await CitizenAsync();
        using var other = await CitizenAsync();
        var tx = await idp.BeginTransactionAsync(
            browser, new AuthenticationRequirement { Fresh = true, CitizenId = (await idp.SessionOfAsync(browser))!.CitizenId });
        await browser.OpenAsync("/sign-in?tx=" + tx);
        await browser.UsePasskeyAsync(new Lies { Credential = other.Authenticator.Credentials.Single() });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-019");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
    }

    [Fact(DisplayName = "W24: who exists cannot be told from the options")]
    public async Task W24_options_have_one_shape()
    {
        using var known = await SignedOutAsync();
        using var stranger = idp.Browser();
        var (one, two) = (await known.OpenAsync("/sign-in"), await stranger.OpenAsync("/sign-in"));
        Shape(one).ShouldBe(Shape(two));
        Allowed(one).ShouldBeEmpty();
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
        using var browser = await SignedOutAsync();
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
        using var browser = await CitizenAsync();
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
        using var browser = await SignedOutAsync();
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
        using var browser = await SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        idp.App.Time.Advance(CeremonyLifetime + TimeSpan.FromSeconds(1));
        (await browser.UsePasskeyAsync(page)).ProblemCode.ShouldBe("MOI-WA-013");
        (await browser.UsePasskeyAsync()).Path.ShouldBe("/account");
    }

    [Fact]
    public async Task A_ceremony_of_another_kind_or_a_tampered_handle_is_none()
    {
        using var browser = await SignedOutAsync();
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

    public static TheoryData<string, string> BentAssertions => new()
    {
        { "W13 challenge of the client", "MOI-WA-017" },
        { "W18 UV", "MOI-WA-011" },
        { "W19 UP", "MOI-WA-017" },
        { "W20 other port", "MOI-WA-017" },
        { "W20 https", "MOI-WA-017" },
        { "W20 suffix", "MOI-WA-017" },
        { "W20 prefix", "MOI-WA-017" },
        { "W20 trailing dot", "MOI-WA-017" },
        { "W20 userinfo", "MOI-WA-017" },
        { "W20 upper case", "MOI-WA-017" },
        { "W20 IPv6", "MOI-WA-017" },
        { "W20 punycode", "MOI-WA-017" },
        { "W20 RP ID", "MOI-WA-017" },
        { "W20 crossOrigin", "MOI-WA-017" },
        { "W20 topOrigin", "MOI-WA-017" },
        { "W22 BE flips", "MOI-WA-012" },
        { "W22 BS without BE", "MOI-WA-017" },
        { "wrong type", "MOI-WA-017" },
        { "no user handle", "MOI-WA-017" },
        { "signature", "MOI-WA-017" },
    };

    [Theory]
    [MemberData(nameof(BentAssertions))]
    public async Task A_bent_assertion_signs_nobody_in(string bent, string code)
    {
        using var browser = await SignedOutAsync();
        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(bent switch
        {
            "W13 challenge of the client" => new Lies { Challenge = new string('A', 43) },
            "W18 UV" => new Lies { UserVerified = false },
            "W19 UP" => new Lies { UserPresent = false },
            "W20 other port" => new Lies { Origin = "http://idp.localhost:5081" },
            "W20 https" => new Lies { Origin = "https://idp.localhost:5080" },
            "W20 suffix" => new Lies { Origin = "http://idp.localhost:5080.evil.example" },
            "W20 prefix" => new Lies { Origin = "http://evil-idp.localhost:5080" },
            "W20 trailing dot" => new Lies { Origin = "http://idp.localhost.:5080" },
            "W20 userinfo" => new Lies { Origin = "http://a@idp.localhost:5080" },
            "W20 upper case" => new Lies { Origin = "http://IDP.localhost:5080" },
            "W20 IPv6" => new Lies { Origin = "http://[::1]:5080" },
            "W20 punycode" => new Lies { Origin = "http://xn--idp-0na.localhost:5080" },
            "W20 RP ID" => new Lies { RelyingPartyId = "localhost" },
            "W20 crossOrigin" => new Lies { CrossOrigin = true },
            "W20 topOrigin" => new Lies { TopOrigin = "http://evil.example" },
            "W22 BE flips" => new Lies { BackupEligible = true },
            "W22 BS without BE" => new Lies { BackedUp = true },
            "wrong type" => new Lies { Type = "webauthn.create" },
            "no user handle" => new Lies { UserHandle = [] },
            _ => new Lies { Signature = signature => [.. signature[..^1], (byte)(signature[^1] ^ 1)] },
        });
        browser.Page.ProblemCode.ShouldBe(code);
        browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        browser.Page.PasskeyForm.Passkey.ShouldBe("get");
        browser.Cookies.Keys.ShouldNotContain("moi-session");
    }

    [Fact]
    public async Task A_counter_that_goes_back_is_stopped_and_told_to_the_owner()
    {
        using var browser = await CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        await AgainAsync(browser);
        await AgainAsync(browser);
        browser.Cookies.Remove("moi-session");
        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(new Lies { SignCount = 1 });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-012");

        (await idp.QueryAsync("SELECT sign_count FROM credentials WHERE citizen_id = @citizen", citizen, row => row.Number(0))).ShouldBe([2L]);
        (await browser.SignInAsync()).Path.ShouldBe("/account");
        browser.Page.Text.ShouldContain("suspicious passkey");
    }

    [Fact]
    public async Task A_synced_passkey_is_written_at_most_every_few_minutes()
    {
        using var browser = await CitizenAsync(new SoftAuthenticator { IsSynced = true, CounterStep = 0 });
        var session = (await idp.SessionOfAsync(browser))!;
        await AgainAsync(browser);
        var first = await LastUsedAsync();
        idp.App.Time.Advance(TimeSpan.FromMinutes(2));
        await AgainAsync(browser);
        (await LastUsedAsync()).ShouldBe(first);
        idp.App.Time.Advance(TimeSpan.FromMinutes(4));
        await AgainAsync(browser);
        (await LastUsedAsync()).ShouldBeGreaterThan(first);
        (await idp.SessionOfAsync(browser))!.Amr.ShouldBe(["swk", "user", "mfa"]);

        async Task<DateTimeOffset> LastUsedAsync() => (await idp.QueryAsync(
            "SELECT last_used_at FROM credentials WHERE citizen_id = @citizen", session.CitizenId, row => row.Time(0)))[0];
    }

    [Fact]
    public async Task An_unknown_passkey_is_signalled_to_the_device()
    {
        using var browser = await SignedOutAsync();
        using var other = idp.Browser();
        await other.OpenAsync("/sign-up");
        await other.SendAsync(other.Page.PlainForm, ("label", "x"));
        other.Answer(other.Page);

        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(new Lies { Credential = other.Authenticator.Credentials.Single() });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-010");
        Html.Attribute(browser.Page.Body, "data-signal-unknown").ShouldNotBeNull().ShouldContain("\"rpId\":\"idp.localhost\"");
    }

    [Fact]
    public async Task A_suspended_citizen_is_told_only_after_the_passkey_proved_right()
    {
        using var browser = await CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        browser.Cookies.Remove("moi-session");
        await idp.ExecuteAsync("UPDATE citizens SET status = 1 WHERE id = @citizen", citizen);
        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(new Lies { UserVerified = false });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-011");
        await browser.UsePasskeyAsync();
        browser.Page.ProblemCode.ShouldBe("MOI-WA-020");
        browser.Cookies.Keys.ShouldNotContain("moi-session");
    }

    [Fact(DisplayName = "S8: a suspension counts at the start of a confirmation and at its end")]
    public async Task S8_a_suspension_counts_at_start_and_finish()
    {
        using var browser = await CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        var requirement = new AuthenticationRequirement { Fresh = true, CitizenId = citizen };
        var tx = await idp.BeginTransactionAsync(browser, requirement);
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        await idp.ExecuteAsync("UPDATE citizens SET status = 1 WHERE id = @citizen", citizen);

        (await browser.UsePasskeyAsync(page)).ProblemCode.ShouldBe("MOI-WA-020");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
        (await browser.OpenAsync("/sign-in?tx=" + await idp.BeginTransactionAsync(browser, requirement))).ProblemCode.ShouldBe("MOI-SES-001");
    }

    [Theory]
    [InlineData("NotAllowedError", 1200, "MOI-WA-002")]
    [InlineData("AbortError", 1200, "MOI-WA-002")]
    [InlineData("NotAllowedError", 30, "MOI-WA-002")]
    [InlineData("InvalidStateError", 1200, "MOI-WA-004")]
    [InlineData("ConstraintError", 1200, "MOI-WA-005")]
    [InlineData("NotSupportedError", 1200, "MOI-WA-006")]
    [InlineData("Unsupported", 0, "MOI-WA-006")]
    [InlineData("SecurityError", 1200, "MOI-WA-001")]
    [InlineData("NotReadableError", 1200, "MOI-WA-007")]
    [InlineData("UnknownError", 1200, "MOI-WA-007")]
    [InlineData("JavaScriptNotEnabled", 0, "MOI-WA-008")]
    [InlineData("", 0, "MOI-WA-007")]
    public async Task Every_failure_in_the_browser_has_a_page_with_ways_on(string error, int elapsed, string code)
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-in");
        await browser.FailAsync(error, elapsed);
        browser.Page.ProblemCode.ShouldBe(code);
        browser.Page.PasskeyForm.Fields["ceremony"].Length.ShouldBe(43);
        browser.Page.Body.ShouldContain("href=\"/sign-in/phone\"");
        browser.Page.Body.ShouldContain("href=\"/sign-in/trouble\"");
        browser.Page.Body.ShouldContain("id=\"problem-trace\"");

        browser.Languages = "zh-TW";
        await browser.FailAsync(error, elapsed);
        browser.Page.ProblemCode.ShouldBe(code);
        browser.Page.Text.ShouldNotContain(".Title");
    }

    [Fact]
    public async Task The_browser_of_an_app_that_refuses_at_once_is_recognised()
    {
        using var browser = idp.Browser();
        var page = await browser.OpenAsync("/sign-in");
        browser.UserAgent = "Mozilla/5.0 (Linux; Android 16; wv) AppleWebKit/537.36; wv) Chrome/156.0.0.0 Mobile Safari/537.36";
        await browser.SendAsync(page, page.PasskeyForm, ("response", ""), ("error", "NotAllowedError"), ("elapsed_ms", "20"));
        browser.Page.ProblemCode.ShouldBe("MOI-WA-003");
    }

    [Fact(DisplayName = "W12: line breaks and markup in the client's error reach neither log nor page")]
    public async Task W12_client_errors_are_never_shown_or_logged()
    {
        const string Evil = "Evil\r\nInformation forged line <b>bold</b>";
        using var browser = await SignedOutAsync();
        await browser.OpenAsync("/sign-in");
        await browser.FailAsync(Evil);
        browser.Page.Body.ShouldNotContain("Evil");
        await browser.UsePasskeyAsync(new Lies { Origin = Evil, Type = Evil });
        browser.Page.Body.ShouldNotContain("Evil");
        idp.App.Log.All.ShouldNotContain(line => line.Contains("\nInformation forged", StringComparison.Ordinal) || line.Contains("<b>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"id\":1}")]
    [InlineData("\"text\"")]
    [InlineData("{\"id\":\"AAAA\",\"rawId\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}")]
    public async Task A_malformed_response_is_refused_on_a_page(string response)
    {
        using var browser = await SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        (await browser.SendResponseAsync(page, response)).ProblemCode.ShouldBe("MOI-WA-016");
    }

    [Fact(DisplayName = "S15: deep, huge and endless input is refused early")]
    public async Task S15_large_input_is_refused()
    {
        using var browser = await SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        var deep = new string('[', 20_000);
        (await browser.SendResponseAsync(page, deep)).ProblemCode.ShouldBe("MOI-WA-016");
        var large = await browser.SendResponseAsync(page, new string('x', 1024 * 1024));
        large.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        large.ProblemCode.ShouldBe("MOI-SYS-413");
    }

    [Fact]
    public async Task A_form_without_antiforgery_is_refused()
    {
        using var browser = await SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        var refused = await browser.SendResponseAsync(page, browser.Answer(page), ("__RequestVerificationToken", null));
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.ProblemCode.ShouldBe("MOI-SYS-403");
        browser.Cookies.Keys.ShouldNotContain("moi-session");
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
        using var browser = await CitizenAsync();
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
        using var browser = await SignedOutAsync(new SoftAuthenticator { Attachment = "cross-platform", Transports = ["hybrid"] });
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
        using var browser = await SignedOutAsync(new SoftAuthenticator { Attachment = "cross-platform" });
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
        using var browser = await CitizenAsync();
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

    private static JsonElement[] Allowed(BrowserPage page)
    {
        using var options = JsonDocument.Parse(page.PasskeyForm.Options);
        return [.. options.RootElement.GetProperty("allowCredentials").EnumerateArray().Select(e => e.Clone())];
    }

    private static async Task AgainAsync(CitizenBrowser browser)
    {
        browser.Cookies.Remove("moi-session");
        (await browser.SignInAsync()).Path.ShouldBe("/account");
    }

    private async Task<CitizenBrowser> CitizenAsync(SoftAuthenticator? authenticator = null)
    {
        var browser = idp.Browser(authenticator);
        (await browser.SignUpAsync()).Path.ShouldBe("/sign-up/done");
        return browser;
    }

    private async Task<CitizenBrowser> SignedOutAsync(SoftAuthenticator? authenticator = null)
    {
        var browser = await CitizenAsync(authenticator);
        browser.Cookies.Remove("moi-session");
        return browser;
    }
}
