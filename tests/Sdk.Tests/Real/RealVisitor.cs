using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>A citizen who has an account, with one browser at the provider and at the agency.</summary>
internal sealed class RealVisitor : IDisposable
{
    private readonly SocketsHttpHandler _toProvider;
    private readonly HttpClient _http = new(LocalhostHttp.Handler());
    private readonly string _provider;
    private readonly CitizenBrowser _atProvider;

    private RealVisitor(string provider, SocketsHttpHandler toProvider)
    {
        (_provider, _toProvider) = (provider, toProvider);
        _atProvider = new CitizenBrowser(_toProvider, provider);
    }

    /// <summary>Where the provider was entered, in order.</summary>
    internal List<Uri> Entered { get; } = [];

    /// <summary>How often a passkey was touched.</summary>
    internal int Touches { get; private set; }

    internal static Task<RealVisitor> SignUpAsync(RealSite site) => SignUpAsync(site.Provider, LocalhostHttp.Handler(keepsCookies: false));

    /// <param name="provider">The provider's origin.</param>
    /// <param name="toProvider">Reaches the provider and keeps no cookies.</param>
    internal static async Task<RealVisitor> SignUpAsync(string provider, SocketsHttpHandler toProvider)
    {
        var visitor = new RealVisitor(provider, toProvider);
        var page = await visitor._atProvider.SignUpAsync();
        page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
        return visitor;
    }

    /// <summary>Opens a page of the agency and does what the provider asks for on the way.</summary>
    internal async Task<string> OpenAsync(string address)
    {
        var at = new Uri(address);
        for (var hops = 0; hops < 12; hops++)
        {
            using var answer = await _http.GetAsync(at);
            if (answer.Headers.Location is not { } next)
            {
                return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : $"{at} {(int)answer.StatusCode} {Html.Text(await answer.Content.ReadAsStringAsync())}";
            }

            at = new Uri(at, next);
            if (at.GetLeftPart(UriPartial.Authority) == _provider)
            {
                Entered.Add(at);
                at = await AnswerAsync(at);
            }
        }

        throw new InvalidOperationException($"Redirects without end, the last to {at}.");
    }

    public void Dispose()
    {
        _atProvider.Dispose();
        _toProvider.Dispose();
        _http.Dispose();
    }

    private async Task<Uri> AnswerAsync(Uri address)
    {
        var page = await _atProvider.OpenAsync(address.PathAndQuery);
        for (var steps = 0; page.Leaving is null && steps < 8; steps++)
        {
            if (page.Forms.Any(form => form.Passkey == "get"))
            {
                Touches++;
                page = await _atProvider.UsePasskeyAsync();
            }
            else if (page.Forms.FirstOrDefault(form => form.Buttons.Any(button => button is { Key: "answer", Value: "agree" })) is { } consent)
            {
                page = await _atProvider.SendAsync(consent, ("answer", "agree"));
            }
            else
            {
                break;
            }
        }

        return page.Leaving ?? throw new InvalidOperationException($"{page.Path} {page.ProblemCode} {page.Text}");
    }
}
