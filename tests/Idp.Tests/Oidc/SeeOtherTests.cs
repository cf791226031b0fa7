using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>How a browser is led on after a form.</summary>
[Collection<OnSqlite>]
public sealed class SeeOtherTests(SqliteOidcServer server)
{
    /// <summary>Seen failing on 2026-11-26, with 302 from every page but the protocol's own.</summary>
    [Fact(DisplayName = "FAPI 2.0 §5.3.2.2, RFC 9700 §4.12: every redirect that answers a form is a 303")]
    public async Task Forms()
    {
        var answers = new List<(string Path, HttpStatusCode Status)>();
        using var browser = new CitizenBrowser(new Recorder(server.NewHandler(), answers), OidcServer.Origin);
        var agency = await server.NewAgencyAsync();

        await browser.SignUpAsync();
        await browser.OpenAsync("/account");
        await browser.SendAsync(browser.Page.Forms.First(form => form.Action == "/sign-out"));
        await browser.OpenAsync(await agency.PushAsync());
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/consent", browser.Page.Text);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree"));
        browser.Page.Leaving!.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        await browser.OpenAsync(QueryHelpers.AddQueryString("/connect/logout", new Dictionary<string, string?>
        {
            ["client_id"] = agency.ClientId,
            ["post_logout_redirect_uri"] = agency.Host + "/bye",
        }));
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "sign-out"));
        browser.Page.Leaving!.GetLeftPart(UriPartial.Path).ShouldBe(agency.Host + "/bye");

        answers.Select(answer => answer.Path).ShouldBe(
            ["/sign-up", "/sign-up/passkey", "/sign-out", "/sign-in", "/consent", "/connect/logout/confirm"]);
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.SeeOther);
    }

    private sealed class Recorder(HttpMessageHandler inner, List<(string Path, HttpStatusCode Status)> answers) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Method == HttpMethod.Post)
            {
                answers.Add((request.RequestUri!.AbsolutePath, answer.StatusCode));
            }

            return answer;
        }
    }
}
