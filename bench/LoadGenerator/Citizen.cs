using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.LoadGenerator;

/// <summary>A person with one passkey. Every sign-in begins in a browser that knows nothing.</summary>
internal sealed class Citizen(HttpClient http, string origin, Agency agency, string scope)
{
    /// <summary>Synced, as most citizens' passkeys are: its counter stays at zero.</summary>
    private readonly SoftAuthenticator _authenticator = new() { IsSynced = true, CounterStep = 0 };

    private Browser _browser = new(http, origin);
    private JsonNode _tokens = new JsonObject();

    /// <summary>Creates the account and its passkey.</summary>
    internal async Task SignUpAsync(string label)
    {
        var browser = new Browser(http, origin);
        var start = await browser.GetAsync("/sign-up");
        var form = PageForm.Find(start.Html, "method=\"post\" novalidate");
        form.Fields["label"] = label;
        var passkey = await browser.PostAsync(form.Target(start), form.Fields);
        await CeremonyAsync(browser, passkey, "create");
    }

    /// <summary>One operation, by the name it has on the command line.</summary>
    internal async Task DoAsync(string operation)
    {
        switch (operation)
        {
            case "again":
                await EnterAsync(_browser);
                break;
            case "refresh":
                _tokens = await agency.RefreshAsync((string)_tokens["refresh_token"]!);
                break;
            case "userinfo":
                await agency.UserInfoAsync((string)_tokens["access_token"]!);
                break;
            case "introspection":
                await agency.IntrospectAsync((string)_tokens["access_token"]!);
                break;
            case "client-credentials":
                await agency.ClientCredentialsAsync();
                break;
            default:
                await SignInAsync();
                break;
        }
    }

    /// <summary>Pushed request, authorize, passkey, consent if it is asked for, code, tokens.</summary>
    internal Task SignInAsync() => EnterAsync(_browser = new Browser(http, origin));

    private async Task EnterAsync(Browser browser)
    {
        var pending = await agency.PushAsync(scope);
        var page = await browser.GetAsync(
            $"/connect/authorize?client_id={Agency.ClientId}&request_uri={Uri.EscapeDataString(pending.RequestUri)}");
        if (page.Html.Contains("data-passkey", StringComparison.Ordinal))
        {
            page = await CeremonyAsync(browser, page, "get");
        }

        if (page.Html.Length > 0)
        {
            var consent = PageForm.Find(page.Html, "method=\"post\"");
            consent.Fields["answer"] = "agree";
            page = await browser.PostAsync(consent.Target(page), consent.Fields);
        }

        _tokens = await agency.RedeemAsync(pending, page.Address);
    }

    private async Task<Page> CeremonyAsync(Browser browser, Page page, string kind)
    {
        var form = PageForm.Find(page.Html, $"data-passkey=\"{kind}\"");
        form.Fields["response"] = kind == "create"
            ? _authenticator.Create(form.Options!, origin)
            : _authenticator.Get(form.Options!, origin);
        form.Fields["error"] = "";
        form.Fields["elapsed_ms"] = "40";
        return await browser.PostAsync(form.Target(page), form.Fields);
    }
}
