using System.Buffers.Text;
using System.Net;
using Moi.Identity.Idp.Tests.Hosting;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class TamperingOnSqliteTests(SqliteIdp idp) : TamperingTests(idp), IClassFixture<SqliteIdp>;

public sealed class TamperingOnPostgresTests(PostgresIdp idp) : TamperingTests(idp), IClassFixture<PostgresIdp>;

/// <summary>Whatever a browser keeps for us is worth nothing as soon as one byte of it is another; and no server fails over it.</summary>
public abstract class TamperingTests(IdpFixture idp)
{
    [Fact(DisplayName = "P1: an altered session cookie is nobody")]
    public async Task P1_session_cookie()
    {
        using var browser = await idp.CitizenAsync();
        var cookie = browser.Cookies["moi-session"];
        foreach (var altered in Altered(cookie))
        {
            browser.Cookies["moi-session"] = altered;
            var page = await browser.OpenAsync("/account");
            (page.Path, page.Status).ShouldBe(("/sign-in", HttpStatusCode.OK), altered);
        }

        browser.Cookies["moi-session"] = cookie;
        (await browser.OpenAsync("/account")).Path.ShouldBe("/account");
    }

    [Fact(DisplayName = "P1: an altered handle of a ceremony or a transaction, or an altered browser mark, opens nothing")]
    public async Task P1_handles()
    {
        using var browser = await idp.SignedOutAsync();
        var tx = await idp.BeginTransactionAsync(browser);
        foreach (var altered in Altered(tx))
        {
            var page = await browser.OpenAsync("/sign-in?tx=" + Uri.EscapeDataString(altered));
            (page.ProblemCode, page.Status).ShouldBe(("MOI-SES-001", HttpStatusCode.BadRequest), altered);
        }

        var mark = browser.Cookies["moi-browser"];
        foreach (var altered in Altered(mark))
        {
            browser.Cookies["moi-browser"] = altered;
            (await browser.OpenAsync("/sign-in?tx=" + tx)).ProblemCode.ShouldBe("MOI-SES-001", altered);
        }

        browser.Cookies["moi-browser"] = mark;
        var form = await browser.OpenAsync("/sign-in?tx=" + tx);
        var response = browser.Answer(form);
        foreach (var altered in Altered(form.PasskeyForm.Fields["ceremony"]))
        {
            var page = await browser.SendResponseAsync(form, response, ("ceremony", altered));
            (page.ProblemCode, page.Status).ShouldBe(("MOI-WA-013", HttpStatusCode.BadRequest), altered);
        }

        (await browser.SendResponseAsync(form, response)).Path.ShouldBe("/account/activity");
    }

    [Fact(DisplayName = "P1: an altered antiforgery field or cookie refuses the form")]
    public async Task P1_antiforgery()
    {
        using var browser = idp.Browser();
        var form = await browser.OpenAsync("/sign-up");
        var field = form.PlainForm.Fields["__RequestVerificationToken"];
        foreach (var altered in AlteredBytes(field))
        {
            await browser.SendAsync(form, form.PlainForm, ("label", "Home"), ("__RequestVerificationToken", altered));
            (browser.Page.ProblemCode, browser.Page.Status).ShouldBe(("MOI-SYS-403", HttpStatusCode.BadRequest), altered);
        }

        var cookie = browser.Cookies["moi-form"];
        foreach (var altered in AlteredBytes(cookie))
        {
            browser.Cookies["moi-form"] = altered;
            await browser.SendAsync(form, form.PlainForm, ("label", "Home"));
            (browser.Page.ProblemCode, browser.Page.Status).ShouldBe(("MOI-SYS-403", HttpStatusCode.BadRequest), altered);
        }

        browser.Cookies["moi-form"] = cookie;
        (await browser.SendAsync(form, form.PlainForm, ("label", "Home"))).PasskeyForm.Passkey.ShouldBe("create");
    }

    /// <summary>The text with one character replaced, at each place, and cut or lengthened.</summary>
    private static IEnumerable<string> Altered(string text) =>
    [
        .. text.Select((c, i) => text[..i] + (c == 'A' ? 'B' : 'A') + text[(i + 1)..]), text[..^1], text + "A", text[1..],
    ];

    /// <summary>An encoded payload with one bit of each byte turned.</summary>
    private static IEnumerable<string> AlteredBytes(string encoded)
    {
        var bytes = Base64Url.DecodeFromChars(encoded);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            yield return Base64Url.EncodeToString(bytes);
            bytes[i] ^= 1;
        }
    }
}
