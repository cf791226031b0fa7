using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using Moi.Identity.Testing;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>A public client that is nothing but a page: no server of its own, no secret, a token that is bound to a key of the page.</summary>
public sealed class PageClientTests(PasskeyBrowser browser, Site site)
{
    /// <summary>Seen failing on 2026-11-27: no page of another site could redeem a code.</summary>
    [Fact]
    public async Task A_page_signs_a_citizen_in_by_itself()
    {
        var origin = $"http://page.localhost:{FreePort.Next()}";
        await using var server = await ServeAsync(origin);
        await site.RegisterAsync($$"""
            [{
              "client_id": "page", "client_name": "Just a page", "client_name#zh-TW": "一個網頁",
              "moi_agency": "page", "moi_agency_name": "Page Office", "moi_agency_name#zh-TW": "網頁局",
              "redirect_uris": ["{{origin}}/"], "grant_types": ["authorization_code"], "scope": "openid profile",
              "token_endpoint_auth_method": "none", "dpop_bound_access_tokens": true
            }]
            """);
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);

        using var http = LocalhostHttp.Client(site.Idp);
        await Eventually.TrueAsync(
            async () =>
            {
                using var asked = new HttpRequestMessage(HttpMethod.Options, "/connect/token");
                asked.Headers.Add("Origin", origin);
                asked.Headers.Add("Access-Control-Request-Method", "POST");
                using var answer = await http.SendAsync(asked);
                return answer.Headers.Contains("Access-Control-Allow-Origin");
            },
            "the server knows the client");
        await tab.GoAsync(origin + "/");
        await tab.SeesAsync("Just a page is asking for the following");
        await tab.PressAsync("Agree and continue");

        await tab.SeesAsync("Mei");
        await Assertions.Expect(tab.Page.Locator("p")).ToHaveTextAsync("DPoP");
    }

    private async Task<WebApplication> ServeAsync(string origin)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(origin);
        var app = builder.Build();
        app.MapGet("/", () => Results.Text(Page.Replace("IDP", site.Idp, StringComparison.Ordinal), "text/html"));
        await app.StartAsync();
        return app;
    }

    private const string Page = """
        <!doctype html><html lang="en"><title>Page</title><h1>…</h1><p></p>
        <script type="module">
        const me = location.origin + "/";
        const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
        const json = (value) => text(new TextEncoder().encode(JSON.stringify(value)));
        const hash = async (value) => text(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(value)));
        const idp = await (await fetch("IDP/.well-known/openid-configuration")).json();
        const code = new URLSearchParams(location.search).get("code");
        if (!code) {
          sessionStorage.verifier = text(crypto.getRandomValues(new Uint8Array(32)));
          location = idp.authorization_endpoint + "?" + new URLSearchParams({
            client_id: "page", response_type: "code", redirect_uri: me, scope: "openid profile",
            code_challenge: await hash(sessionStorage.verifier), code_challenge_method: "S256",
          });
        } else {
          const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
          const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key.publicKey);
          const proof = async (htm, htu, more) => {
            const signed = json({ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } }) + "."
              + json({ htm, htu, iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID(), ...more });
            return signed + "." + text(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(signed)));
          };

          // The first answer says which nonce the next proof has to carry.
          let nonce, answer;
          for (let i = 0; i < 2; i++) {
            answer = await fetch(idp.token_endpoint, {
              method: "POST", headers: { DPoP: await proof("POST", idp.token_endpoint, nonce ? { nonce } : {}) },
              body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: me, client_id: "page", code_verifier: sessionStorage.verifier }),
            });
            nonce = answer.headers.get("DPoP-Nonce") ?? nonce;
            if (answer.ok) { break; }
          }

          const { access_token, token_type } = await answer.json();
          const use = async () => fetch(idp.userinfo_endpoint, {
            headers: { Authorization: "DPoP " + access_token, DPoP: await proof("GET", idp.userinfo_endpoint, { nonce, ath: await hash(access_token) }) },
          });
          let told = await use();
          nonce = told.headers.get("DPoP-Nonce") ?? nonce;
          if (!told.ok) { told = await use(); }
          document.querySelector("h1").textContent = (await told.json()).nickname;
          document.querySelector("p").textContent = token_type;
        }
        </script></html>
        """;
}
