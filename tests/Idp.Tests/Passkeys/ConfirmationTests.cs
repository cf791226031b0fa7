using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class ConfirmationOnSqliteTests(SqliteIdp idp) : ConfirmationTests(idp), IClassFixture<SqliteIdp>;

public sealed class ConfirmationOnPostgresTests(PostgresIdp idp) : ConfirmationTests(idp), IClassFixture<PostgresIdp>;

/// <summary>A request for more than the session, a transaction of one tab and one browser, and what does not meet them.</summary>
public abstract class ConfirmationTests(IdpFixture idp)
{
    [Fact(DisplayName = "R12: a ceremony of one tab does not serve the transaction of another")]
    public async Task R12_a_ceremony_stays_in_its_tab()
    {
        using var browser = await idp.SignedOutAsync();
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

        using var victim = await idp.SignedOutAsync();
        (await victim.OpenAsync("/sign-in?tx=" + tx)).ProblemCode.ShouldBe("MOI-SES-001");
        await victim.SignInAsync();
        (await idp.FindTransactionAsync(attacker, tx))!.Outcome.ShouldBeNull();
    }

    [Fact]
    public async Task A_second_tab_in_which_the_same_citizen_signs_in_keeps_the_session_and_changes_the_cookie()
    {
        using var browser = await idp.SignedOutAsync();
        var (one, two) = (await idp.BeginTransactionAsync(browser), await idp.BeginTransactionAsync(browser));
        var first = await browser.OpenAsync("/sign-in?tx=" + one);
        var second = await browser.OpenAsync("/sign-in?tx=" + two);

        await browser.UsePasskeyAsync(first);
        var before = (await idp.SessionOfAsync(browser))!;
        var oldCookie = browser.Cookies["moi-session"];
        await browser.UsePasskeyAsync(second);

        (await idp.SessionOfAsync(browser))!.Sid.ShouldBe(before.Sid);
        (await idp.FindTransactionAsync(browser, one))!.Outcome!.Sid.ShouldBe(before.Sid);
        (await idp.FindTransactionAsync(browser, two))!.Outcome!.Sid.ShouldBe(before.Sid);
        browser.Cookies["moi-session"].ShouldNotBe(oldCookie);
    }

    [Theory]
    [InlineData("fresh")]
    [InlineData("max_age")]
    [InlineData("acr")]
    public async Task A_session_does_not_satisfy_a_request_for_more(string asked)
    {
        using var browser = await idp.CitizenAsync();
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
        using var browser = await idp.CitizenAsync();
        var before = (await idp.SessionOfAsync(browser))!;
        var oldCookie = browser.Cookies["moi-session"];
        idp.App.Time.Advance(TimeSpan.FromMinutes(10));
        var tx = await idp.BeginTransactionAsync(
            browser, new AuthenticationRequirement { Fresh = true, CitizenId = before.CitizenId });
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        page.Text.ShouldContain("Confirm it’s you");
        page.Allowed().Length.ShouldBe(1);

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
        using var browser = await idp.CitizenAsync();
        using var other = await idp.CitizenAsync();
        var tx = await idp.BeginTransactionAsync(
            browser, new AuthenticationRequirement { Fresh = true, CitizenId = (await idp.SessionOfAsync(browser))!.CitizenId });
        await browser.OpenAsync("/sign-in?tx=" + tx);
        await browser.UsePasskeyAsync(new Lies { Credential = other.Authenticator.Credentials.Single() });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-019");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
    }

    [Fact(DisplayName = "S8: a suspension counts at the start of a confirmation and at its end")]
    public async Task S8_a_suspension_counts_at_start_and_finish()
    {
        using var browser = await idp.CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        var requirement = new AuthenticationRequirement { Fresh = true, CitizenId = citizen };
        var tx = await idp.BeginTransactionAsync(browser, requirement);
        var page = await browser.OpenAsync("/sign-in?tx=" + tx);
        await idp.ExecuteAsync("UPDATE citizens SET status = 1 WHERE id = @citizen", citizen);

        (await browser.UsePasskeyAsync(page)).ProblemCode.ShouldBe("MOI-WA-020");
        (await idp.FindTransactionAsync(browser, tx))!.Outcome.ShouldBeNull();
        (await browser.OpenAsync("/sign-in?tx=" + await idp.BeginTransactionAsync(browser, requirement))).ProblemCode.ShouldBe("MOI-SES-001");
    }
}
