using System.Net;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class AssertionOnSqliteTests(SqliteIdp idp) : AssertionTests(idp), IClassFixture<SqliteIdp>;

public sealed class AssertionOnPostgresTests(PostgresIdp idp) : AssertionTests(idp), IClassFixture<PostgresIdp>;

/// <summary>What an authenticator may answer, and what becomes of every other answer.</summary>
public abstract class AssertionTests(IdpFixture idp)
{
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
        using var browser = await idp.SignedOutAsync();
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
        using var browser = await idp.CitizenAsync();
        var citizen = (await idp.SessionOfAsync(browser))!.CitizenId;
        await browser.AgainAsync();
        await browser.AgainAsync();
        browser.Cookies.Remove("moi-session");
        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(new Lies { SignCount = 1 });
        browser.Page.ProblemCode.ShouldBe("MOI-WA-012");

        (await idp.QueryAsync("SELECT sign_count FROM credentials WHERE citizen_id = @citizen", citizen, row => row.Number(0))).ShouldBe([2L]);
        (await browser.SignInAsync()).Path.ShouldBe("/account");
        browser.Page.Text.ShouldContain("suspicious passkey");
    }

    /// <summary>Seen failing on 2026-11-27: a forgery, too, warned the owner.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_passkey_that_says_it_may_be_synced_now_is_told_to_the_owner_unless_it_is_a_forgery(bool isForged)
    {
        using var browser = await idp.CitizenAsync();
        using var stranger = SoftKey.Create(-7);
        browser.Cookies.Remove("moi-session");
        await browser.OpenAsync("/sign-in");
        await browser.UsePasskeyAsync(new Lies { BackupEligible = true, SigningKey = isForged ? stranger : null });
        browser.Page.ProblemCode.ShouldNotBeNull();

        (await browser.SignInAsync()).Path.ShouldBe("/account");
        browser.Page.Text.Contains("suspicious passkey", StringComparison.Ordinal).ShouldBe(!isForged);
    }

    [Fact]
    public async Task A_synced_passkey_is_written_at_most_every_few_minutes()
    {
        using var browser = await idp.CitizenAsync(new SoftAuthenticator { IsSynced = true, CounterStep = 0 });
        var session = (await idp.SessionOfAsync(browser))!;
        await browser.AgainAsync();
        var first = await LastUsedAsync();
        idp.App.Time.Advance(TimeSpan.FromMinutes(2));
        await browser.AgainAsync();
        (await LastUsedAsync()).ShouldBe(first);
        idp.App.Time.Advance(TimeSpan.FromMinutes(4));
        await browser.AgainAsync();
        (await LastUsedAsync()).ShouldBeGreaterThan(first);
        (await idp.SessionOfAsync(browser))!.Amr.ShouldBe(["swk", "user", "mfa"]);

        async Task<DateTimeOffset> LastUsedAsync() => (await idp.QueryAsync(
            "SELECT last_used_at FROM credentials WHERE citizen_id = @citizen", session.CitizenId, row => row.Time(0)))[0];
    }

    [Fact]
    public async Task An_unknown_passkey_is_signalled_to_the_device()
    {
        using var browser = await idp.SignedOutAsync();
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
        using var browser = await idp.CitizenAsync();
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
}
