using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>
/// Everything a production server says about a citizen's day, at the lowest level of every category: its log with all
/// scopes, its traces and its metrics. What a person, a browser or an agency keeps to itself is not in there. Seen failing
/// on 2026-11-26 with the floor of <c>Microsoft.AspNetCore</c> taken out of the logging (an ID token and a pushed request in
/// addresses), and with the <c>client_id</c> of an unknown client, which is the sender's text, in our own line.
/// </summary>
public sealed class PrivacyTests(PostgresServer postgres, RedisServer redis)
{
    private const string Label = "小明的密語";
    private const string PasskeyName = "床頭櫃的鑰匙";
    private const string Address = "203.0.113.77";

    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal)
    {
        [Label] = "the label",
        [Uri.EscapeDataString(Label)] = "the label in an address",
        [PasskeyName] = "the name of a passkey",
        [Address] = "the address of the browser",
        ["state-of-the-agency"] = "state",
        ["nonce-of-the-agency"] = "nonce",
    };

    [Fact]
    public async Task Logs_traces_and_metrics_name_nobody_and_hold_no_secret()
    {
        await using var collector = await Collector.StartAsync();
        using var certificate = new KeyRingCertificate();
        var settings = certificate.Production();
        settings["Idp__Storage__Provider"] = "Postgres";
        settings["ConnectionStrings__Postgres"] = await postgres.NewDatabaseAsync();
        settings["ConnectionStrings__Redis"] = redis.NewInstallation();

        // For this provider, which wins over every category of the shipped settings.
        settings["Logging__Console__LogLevel__Default"] = "Trace";
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        await using var idp = new IdpProcess(settings);
        (await idp.RunAsync("migrate")).ExitCode.ShouldBe(0);
        await idp.StartAsync();

        await ADayAsync(idp);
        (await idp.StopAsync()).ShouldBe(0, idp.Log);

        // It did speak of that day.
        var (log, traces, metrics) = (idp.Log, collector.Received("/v1/traces"), collector.Received("/v1/metrics"));
        log.ShouldContain("Token refused remote-agency: invalid_grant");
        log.ShouldContain("\"LogLevel\":\"Debug\"");
        traces.ShouldContain("/connect/token");
        traces.ShouldContain("INSERT INTO audit_events");
        metrics.ShouldContain("moi.sign_ins");
        metrics.ShouldContain("moi.token_responses");

        _secrets.Count.ShouldBeGreaterThan(25);
        var found = new List<string>();
        foreach (var (secret, what) in _secrets)
        {
            foreach (var (told, where) in (ReadOnlySpan<(string, string)>)[(log, "log"), (traces, "traces"), (metrics, "metrics")])
            {
                var at = told.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
                if (at >= 0)
                {
                    found.Add($"{what} is in the {where}: …{told[Math.Max(0, at - 200)..Math.Min(told.Length, at + 60)]}…");
                }
            }
        }

        found.ShouldBeEmpty();
    }

    private async Task ADayAsync(IdpProcess idp)
    {
        using var proxy = new ProxyHandler(idp, Address);
        var browser = new CitizenBrowser(proxy, idp.Origin);
        using var agency = await RemoteAgency.EnterAsync(idp, browser, Label);
        var credential = browser.Authenticator.Credentials.Single();
        Keep("a credential id", Convert.ToHexString(credential.Id));
        Keep("a credential id", Base64(credential.Id));
        Keep("a user handle", Base64(credential.UserHandle));
        Keep("a client secret", agency.Secret);
        Keep("an access token", agency.AccessToken.Split('.')[2]);
        Keep("a refresh token", agency.RefreshToken);
        Keep("an ID token", agency.IdToken.Split('.')[2]);
        Keep("the subject", (string)Oidc.Jwt.Claims(agency.IdToken)["sub"]!);
        KeepCookies(browser);

        await VisitTheAccountAsync(browser);
        await SignInAgainAsync(browser);
        await UseTokensAsync(agency);
        await BeRefusedAsync(agency);
        await browser.OpenAsync(agency.LogoutAddress);
    }

    private static async Task VisitTheAccountAsync(CitizenBrowser browser)
    {
        foreach (var page in (string[])["/account", "/account/passkeys", "/account/sessions", "/account/services", "/account/activity"])
        {
            (await browser.OpenAsync(page)).Status.ShouldBe(HttpStatusCode.OK);
        }

        await browser.OpenAsync("/account/passkeys");
        var rename = browser.Page.Body.Split("href=\"").Select(part => WebUtility.HtmlDecode(part.Split('"')[0]))
            .First(address => address.Contains("rename", StringComparison.Ordinal));
        await browser.OpenAsync(rename);
        await browser.SendAsync(browser.Page.PlainForm, ("name", PasskeyName), ("Input.Name", PasskeyName));
        browser.Page.Status.ShouldBe(HttpStatusCode.OK);
        (await browser.OpenAsync("/account/passkeys")).Text.ShouldContain(PasskeyName);
    }

    private async Task SignInAgainAsync(CitizenBrowser browser)
    {
        browser.Cookies.Remove("__Host-moi-session");
        await browser.OpenAsync("/sign-in?return=%2Faccount%3Fnote%3D" + Uri.EscapeDataString(Label));
        KeepForm(browser);
        await browser.UsePasskeyAsync(new Lies { Challenge = Base64(new byte[32]) });
        await browser.OpenAsync("/sign-in");
        KeepForm(browser);
        await browser.FailAsync("NotAllowedError: " + Label);
        await browser.OpenAsync("/sign-in");
        KeepForm(browser);
        var response = browser.Answer(browser.Page);
        Keep("a signature", (string)JsonNode.Parse(response)!["response"]!["signature"]!);
        await browser.SendResponseAsync(browser.Page, response);
        browser.Page.Path.ShouldBe("/account");
        KeepCookies(browser);
    }

    private async Task UseTokensAsync(RemoteAgency agency)
    {
        var pushed = JsonNode.Parse(await (await agency.PostAsync("/connect/par", agency.Request)).Content.ReadAsStringAsync())!;
        var reference = (string)pushed["request_uri"]!;
        Keep("a pushed request", reference.Split(':')[^1]);
        var code = await agency.GetCodeAsync("/connect/authorize?client_id=remote-agency&request_uri=" + Uri.EscapeDataString(reference));
        Keep("a code", code);
        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.UserInfoAsync(agency.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.AskAboutAsync("/connect/introspect", agency.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var refreshed = JsonNode.Parse(await (await agency.RefreshAsync(agency.RefreshToken)).Content.ReadAsStringAsync())!;
        Keep("a refresh token", (string)refreshed["refresh_token"]!);
        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    /// <summary>Senders put what they know into every field that is refused.</summary>
    private static async Task BeRefusedAsync(RemoteAgency agency)
    {
        var browser = agency.Browser;
        var words = Uri.EscapeDataString(Label);
        foreach (var address in (string[])
            [
                "/connect/authorize?client_id=" + words,
                agency.AuthorizeAddress.Replace("callback", words, StringComparison.Ordinal),
                "/connect/authorize?client_id=remote-agency&request_uri=urn:" + words,
                "/connect/logout?id_token_hint=" + agency.IdToken[..^4] + "&state=" + words,
                "/connect/logout?client_id=" + words + "&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F" + words,
                "/connect/logout/confirm?request=" + words,
                "/consent?tx=" + words,
                "/sign-in?tx=" + words + "&ui_locales=" + words,
                "/administrators/enrol?token=" + words,
                "/account/activity?before=" + words,
                "/account/passkeys/rename?id=" + words,
            ])
        {
            await browser.OpenAsync(address);
        }

        foreach (var form in (Dictionary<string, string>[])
            [
                new() { ["grant_type"] = Label, ["code"] = Label },
                new() { ["grant_type"] = "authorization_code", ["code"] = Label, ["code_verifier"] = Label, ["redirect_uri"] = Label },
                new() { ["grant_type"] = "refresh_token", ["refresh_token"] = Label, ["scope"] = Label },
                new() { ["client_assertion"] = agency.IdToken, ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" },
                new() { [Label] = Label, ["token"] = agency.RefreshToken[..^3] },
                new() { ["client_id"] = Label },
                new() { ["client_secret"] = agency.Secret, ["token"] = agency.RefreshToken },
            ])
        {
            foreach (var path in (string[])["/connect/par", "/connect/token", "/connect/introspect", "/connect/revoke"])
            {
                await agency.PostAsync(path, form);
                await agency.PostAsync(path, form, secret: Label);
            }
        }

        await agency.UserInfoAsync(agency.AccessToken[..^3] + "AAA");
        var session = browser.Cookies["__Host-moi-session"];
        browser.Cookies["__Host-moi-session"] = browser.Cookies["__Host-moi-browser"] + "." + words;
        (await browser.OpenAsync("/account")).Path.ShouldBe("/sign-in");
        await browser.OpenAsync("/sign-up");
        await browser.SendAsync(browser.Page.PlainForm, ("label", Label), ("__RequestVerificationToken", Label));
        browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        browser.Cookies["__Host-moi-session"] = session;
    }

    private void KeepForm(CitizenBrowser browser)
    {
        var form = browser.Page.PasskeyForm;
        Keep("a challenge", (string)JsonNode.Parse(form.Options)!["challenge"]!);
        foreach (var (name, value) in form.Fields.Where(field => field.Value.Length >= 40))
        {
            Keep("form field " + name, value);
        }

        KeepCookies(browser);
    }

    private void KeepCookies(CitizenBrowser browser)
    {
        foreach (var (name, value) in browser.Cookies.Where(cookie => cookie.Value.Length > 20))
        {
            Keep("cookie " + name, value.Split('.')[^1]);
        }
    }

    private void Keep(string what, string value)
    {
        value.Length.ShouldBeGreaterThan(10, what);
        _secrets[value] = what;
    }

    private static string Base64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
