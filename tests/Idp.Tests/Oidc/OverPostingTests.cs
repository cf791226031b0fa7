using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Forms that are sent with more fields than they have.</summary>
public abstract class OverPostingTests(OidcServer server)
{
    /// <summary>What a person would like to be, in the spellings of columns, properties and claims.</summary>
    private static readonly Dictionary<string, string> Wishes = new()
    {
        ["IdentityLevel"] = "Verified",
        ["identity_level"] = "1",
        ["Citizen.IdentityLevel"] = "Verified",
        ["Input.IdentityLevel"] = "Verified",
        ["MinimumAuthenticator"] = "1",
        ["minimum_authenticator"] = "1",
        ["Status"] = "Suspended",
        ["verified"] = "true",
        ["Role"] = "SystemAdministrator",
        ["roles"] = "system-administrator",
        ["IsAdministrator"] = "true",
        ["acr"] = "urn:moi:acr:3",
        ["amr"] = "hwk",
        ["sub"] = "somebody-else",
        ["Session.Acr"] = "urn:moi:acr:3",
    };

    /// <summary>Seen failing on 2026-11-26, with a page that binds its form to the citizen.</summary>
    [Fact(DisplayName = "S6: nobody raises their own level, standing or role by fields that a form does not have")]
    public async Task S6()
    {
        var agency = await server.NewAgencyAsync();
        var label = "self-" + agency.ClientId;
        using var browser = new CitizenBrowser(new Overposting(server.NewHandler()), OidcServer.Origin);

        await browser.SignUpAsync(label);
        await IsAsBeforeAsync(label);
        await browser.OpenAsync("/account");
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action.Contains("handler=Later", StringComparison.OrdinalIgnoreCase)));
        await IsAsBeforeAsync(label);
        await browser.OpenAsync("/account/passkeys");
        await browser.OpenAsync(Link(browser.Page.Body, "/account/passkeys/rename?id="));
        await browser.SendAsync(browser.Page.PlainForm, ("name", "Mine"));
        browser.Page.Text.ShouldContain("Mine");
        await browser.OpenAsync("/account/passkeys/add");
        var create = await browser.UsePasskeyAsync();
        create.Path.ShouldBe("/account/passkeys/create", create.Text);
        await browser.SendResponseAsync(create, new SoftAuthenticator().Create(create.PasskeyForm.Options, OidcServer.Origin));
        browser.Page.Path.ShouldBe("/account/passkeys", browser.Page.Text);
        await browser.OpenAsync("/account");
        await browser.SendAsync(browser.Page.Forms.First(form => form.Action == "/sign-out"));
        await browser.OpenAsync(await agency.PushAsync(request => Add(request)));
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/consent", browser.Page.Text);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree"));
        var tokens = await (await agency.RedeemAsync(browser.Page.Leaving!.Query()["code"], form => Add(form))).JsonAsync();

        await IsAsBeforeAsync(label);
        var claims = Jwt.Claims((string)tokens["id_token"]!);
        ((string?)claims["acr"]).ShouldBe("urn:moi:acr:1");
        ((string?)claims["sub"]).ShouldNotBe("somebody-else");
        claims.Select(claim => claim.Key).ShouldNotContain("roles");
        (await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync()).Select(claim => claim.Key).Intersect(Wishes.Keys).ShouldBe(["sub"]);
    }

    private static void Add(Dictionary<string, string> fields)
    {
        foreach (var (name, value) in Wishes)
        {
            fields[name] = value;
        }
    }

    private static string Link(string body, string start)
    {
        var at = body.IndexOf(start, StringComparison.Ordinal);
        return body[at..(at + start.Length + Guid.Empty.ToString().Length)];
    }

    private async Task IsAsBeforeAsync(string label)
    {
        const string Mine = "FROM citizens c WHERE c.display_label = @label";
        (await server.CountAsync(
            $"SELECT COUNT(*) {Mine} AND c.identity_level = 0 AND c.status = 0 AND c.minimum_authenticator = 0", p => p.Add("label", label))).ShouldBe(1);
        (await server.CountAsync(
            $"SELECT COUNT(*) FROM administrator_roles r WHERE r.citizen_id IN (SELECT c.id {Mine})", p => p.Add("label", label))).ShouldBe(0);
    }

    /// <summary>Adds them to every form.</summary>
    private sealed class Overposting(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is FormUrlEncodedContent form)
            {
                var more = await new FormUrlEncodedContent(Wishes).ReadAsStringAsync(cancellationToken);
                request.Content = new StringContent(
                    await form.ReadAsStringAsync(cancellationToken) + "&" + more,
                    new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}

[Collection<OnSqlite>]
public sealed class SqliteOverPostingTests(SqliteOidcServer server) : OverPostingTests(server);

[Collection<OnPostgres>]
public sealed class PostgresOverPostingTests(PostgresOidcServer server) : OverPostingTests(server);
