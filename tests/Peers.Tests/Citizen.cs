using System.Net;
using Moi.Identity.Peers.Tests.Servers;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests;

/// <summary>Somebody with a passkey, and a browser that does what our pages ask for: passkey and consent.</summary>
internal sealed class Citizen
{
    private const string DeviceDone = "/device/done";

    private readonly Deployment _deployment;
    private readonly CitizenBrowser _browser;

    private Citizen(Deployment deployment, SoftAuthenticator passkeys)
    {
        _deployment = deployment;
        _browser = deployment.NewBrowser(new Recorder(deployment.Handler, Trail), passkeys);
    }

    /// <summary>What this browser asked, in order, and which server answered.</summary>
    internal List<Step> Trail { get; } = [];

    /// <summary>Makes an account. The passkey is synced, as most are: its counter stays at zero.</summary>
    internal static async Task<Citizen> SignUpAsync(Deployment deployment)
    {
        var citizen = new Citizen(deployment, new SoftAuthenticator { IsSynced = true, CounterStep = 0 });
        var page = await citizen._browser.SignUpAsync();
        page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
        return citizen.InNewBrowser();
    }

    /// <summary>The same person at a browser that knows nothing of them.</summary>
    internal Citizen InNewBrowser() => new(_deployment, _browser.Authenticator);

    /// <summary>Opens an address of the server and does what is asked, until there is nothing more to do there.</summary>
    internal async Task<Arrival> VisitAsync(string address)
    {
        var page = await _browser.OpenAsync(address);
        for (var steps = 0; steps < 8; steps++)
        {
            if (page.Leaving is { } elsewhere)
            {
                return new Arrival(elsewhere, null);
            }

            if (page.Forms.FirstOrDefault(form => form.Action.StartsWith("http", StringComparison.Ordinal)) is { } answer)
            {
                // The page sends this form by itself.
                return new Arrival(new Uri(answer.Action), answer.Fields);
            }

            if (page.Path == DeviceDone)
            {
                return new Arrival(page.Address, null);
            }

            page = await AnswerAsync(page);
        }

        throw new InvalidOperationException($"The journey does not end: {page.Address}");
    }

    private Task<BrowserPage> AnswerAsync(BrowserPage page)
    {
        if (page.Forms.Any(form => form.Passkey == "get"))
        {
            return _browser.UsePasskeyAsync();
        }

        foreach (var form in page.Forms)
        {
            if (form.Buttons.FirstOrDefault(button => button is { Key: "answer", Value: "agree" or "approve" }) is { Value: { } yes })
            {
                return _browser.SendAsync(form, ("answer", yes));
            }

            if (form.Fields.ContainsKey("user_code"))
            {
                return _browser.SendAsync(form);
            }
        }

        throw new RefusedException(
            $"{page.Path} {page.ProblemCode} {page.Text}", page.Status,
            page.Headers.TryGetValues(Nginx.NodeHeader, out var nodes) ? string.Join(' ', nodes) : "");
    }

    /// <summary>Where the browser ended: outside with an answer in the address or in a form, or on a page that ends a journey.</summary>
    internal sealed record Arrival(Uri At, IReadOnlyDictionary<string, string>? Form);

    /// <summary>One request and its answer.</summary>
    internal sealed record Step(string Method, string Path, string Node);

    private sealed class Recorder(HttpMessageHandler inner, List<Step> trail) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            trail.Add(new Step(request.Method.Method, request.RequestUri!.AbsolutePath, Deployment.NodeOf(answer)));
            return answer;
        }
    }
}

/// <summary>The service did not do what was right to ask.</summary>
/// <param name="what">What it said.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="node">Which servers had a part in the answer.</param>
internal sealed class RefusedException(string what, HttpStatusCode status, string node) : Exception($"{(int)status} from {node}: {what}")
{
    internal string Node { get; } = node;
}
