using Moi.Identity.Testing;

namespace Moi.Identity.LoadGenerator;

/// <summary>A person with one passkey. Every sign-in begins in a browser that knows nothing.</summary>
internal sealed class Citizen(HttpClient http, string origin, Agency agency, string scope)
{
    /// <summary>Synced, as most citizens' passkeys are: its counter stays at zero.</summary>
    private readonly SoftAuthenticator _authenticator = new() { IsSynced = true, CounterStep = 0 };

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

    /// <summary>Pushed request, authorize, passkey, consent if it is asked for, code, tokens.</summary>
    internal async Task SignInAsync()
    {
        var browser = new Browser(http, origin);
        var pending = await agency.PushAsync(scope);
        var page = await browser.GetAsync(
            $"/connect/authorize?client_id={Agency.ClientId}&request_uri={Uri.EscapeDataString(pending.RequestUri)}");
        page = await CeremonyAsync(browser, page, "get");
        if (page.Html.Length > 0)
        {
            var consent = PageForm.Find(page.Html, "method=\"post\"");
            consent.Fields["answer"] = "agree";
            page = await browser.PostAsync(consent.Target(page), consent.Fields);
        }

        await agency.RedeemAsync(pending, page.Address);
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
