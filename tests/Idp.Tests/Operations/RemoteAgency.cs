using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>An agency that speaks with a server of its own process over the network, and a citizen who enters it.</summary>
internal sealed class RemoteAgency : IDisposable
{
    internal const string Callback = "https://remote-agency.example/callback";
    private const string Id = "remote-agency";

    private readonly string _verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
    private readonly HttpClient _http;

    private RemoteAgency(IdpProcess idp, CitizenBrowser browser, string secret)
    {
        _http = idp.Client();
        Browser = browser;
        Secret = secret;
    }

    internal CitizenBrowser Browser { get; }

    internal string Secret { get; }

    /// <summary>What the token endpoint gave when the citizen entered.</summary>
    internal JsonObject Tokens { get; private set; } = [];

    internal string AccessToken => (string)Tokens["access_token"]!;

    internal string RefreshToken => (string)Tokens["refresh_token"]!;

    internal string IdToken => (string)Tokens["id_token"]!;

    internal Dictionary<string, string> Request => new()
    {
        ["response_type"] = "code",
        ["client_id"] = Id,
        ["redirect_uri"] = Callback,
        ["scope"] = "openid profile offline_access",
        ["state"] = "state-of-the-agency",
        ["nonce"] = "nonce-of-the-agency",
        ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier))),
        ["code_challenge_method"] = "S256",
    };

    internal string AuthorizeAddress => QueryHelpers.AddQueryString("/connect/authorize", Request!);

    internal string LogoutAddress => QueryHelpers.AddQueryString("/connect/logout", "id_token_hint", IdToken);

    /// <summary>Registers the agency; a citizen signs up and enters; the agency has tokens.</summary>
    internal static async Task<RemoteAgency> EnterAsync(IdpProcess idp, CitizenBrowser browser, string label = "the agency's citizen")
    {
        var file = Path.Combine(idp.DataPath, "agency.json");
        await File.WriteAllTextAsync(file, $$"""
            [{"client_id": "{{Id}}", "client_name": "Remote", "moi_agency": "remote", "redirect_uris": ["{{Callback}}"],
              "grant_types": ["authorization_code", "refresh_token"], "scope": "openid profile offline_access"}]
            """);
        var (code, output) = await idp.RunAsync("clients", "apply", file);
        code.ShouldBe(0, output);
        var agency = new RemoteAgency(idp, browser, output.Split("client_secret: ")[1].Split(' ')[0]);
        await browser.SignUpAsync(label);
        browser.Page.Status.ShouldBe(HttpStatusCode.OK, browser.Page.Text);
        using var answer = await agency.RedeemAsync(await agency.GetCodeAsync());
        agency.Tokens = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Tokens.ToJsonString());
        return agency;
    }

    /// <summary>The citizen enters, consents if asked, and comes back with a code.</summary>
    internal async Task<string> GetCodeAsync(string? address = null)
    {
        await Eventually.TrueAsync(
            async () => (await Browser.OpenAsync(address ?? AuthorizeAddress)).Leaving is not null || Browser.Page.Path == "/consent",
            "the server knows the agency");
        if (Browser.Page.Leaving is null)
        {
            await Browser.SendAsync(Browser.Page.PlainForm, ("answer", "agree"));
        }

        return HttpUtility.ParseQueryString(Browser.Page.Leaving!.Query)["code"]!;
    }

    internal Task<HttpResponseMessage> RedeemAsync(string code) => PostAsync("/connect/token", new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code,
        ["redirect_uri"] = Callback,
        ["code_verifier"] = _verifier,
    });

    internal Task<HttpResponseMessage> RefreshAsync(string token)
        => PostAsync("/connect/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = token });

    internal Task<HttpResponseMessage> AskAboutAsync(string path, string token) => PostAsync(path, new() { ["token"] = token });

    internal Task<HttpResponseMessage> UserInfoAsync(string token)
        => _http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = new("Bearer", token) } });

    internal Task<HttpResponseMessage> GetAsync(string address) => _http.GetAsync(new Uri(address, UriKind.Relative));

    internal Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, string? secret = null)
        => _http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(form),
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Id}:{secret ?? Secret}"))) },
        });

    public void Dispose()
    {
        _http.Dispose();
        Browser.Dispose();
    }
}
