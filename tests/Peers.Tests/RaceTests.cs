using System.Net;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary>
/// What may be used once is used a hundred times at once, at two servers: once is what succeeds. The same on one server,
/// embedded and on PostgreSQL, stands with each feature in Idp.Tests.
/// </summary>
public sealed class RaceTests(Deployment deployment) : IAsyncLifetime
{
    private const int Uses = 100;

    private readonly Agency _agency = new(deployment, PeerClients.Busy);

    /// <summary>Opens the connections, so that what follows really arrives at once.</summary>
    public async ValueTask InitializeAsync() => await AtOnceAsync(() => _agency.GetAsync("/.well-known/openid-configuration"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_authorization_code()
    {
        var code = await _agency.EnterAsync(await Citizen.SignUpAsync(deployment));

        var answers = await PostAtOnceAsync("/connect/token", () => _agency.Form(_agency.Redemption(code)));

        // RFC 6749 §4.1.2: a second use ends what the first one gave, and takes no answer from it.
        await HasEndedAsync(answers.Single(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_refresh_token()
    {
        var tokens = await _agency.RedeemAsync(await _agency.EnterAsync(await Citizen.SignUpAsync(deployment)));

        var answers = await PostAtOnceAsync("/connect/token", () => _agency.Form(Agency.Refreshment((string)tokens["refresh_token"]!)));

        await HasEndedAsync(answers.Single(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_pushed_request()
    {
        var address = await _agency.PushAsync();

        var answers = await AtOnceAsync(() => _agency.GetAsync(address));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Found).ShouldBe(1);
    }

    [Fact]
    public async Task A_client_assertion()
    {
        var assertion = _agency.Assertion();

        var answers = await PostAtOnceAsync("/connect/par", () => _agency.Form(_agency.Request(), assertion));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
    }

    [Fact]
    public async Task A_DPoP_proof()
    {
        const string Path = "/connect/par";
        var key = new DpopKey();
        var first = await _agency.PostAsync(
            Path, _agency.Form(_agency.Request()), key.Proof("POST", deployment.Origin + Path, "not the server's"));
        var proof = key.Proof("POST", deployment.Origin + Path, first.Headers.GetValues("DPoP-Nonce").Single());

        var answers = await PostAtOnceAsync(Path, () => _agency.Form(_agency.Request()), proof);

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
    }

    [Fact]
    public async Task A_device_code()
    {
        var device = new Agency(deployment, PeerClients.Device);
        var begun = await Agency.ReadAsync(await device.PostAsync("/connect/device", device.Form(new() { ["scope"] = "openid profile" })));
        await (await Citizen.SignUpAsync(deployment)).VisitAsync((string)begun["verification_uri_complete"]!);
        Dictionary<string, string> Ask() => device.Form(new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
            ["device_code"] = (string)begun["device_code"]!,
        });

        var answers = await PostAtOnceAsync("/connect/token", Ask);

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
    }

    /// <summary>A hundred forms, made before the first is sent.</summary>
    private Task<HttpResponseMessage[]> PostAtOnceAsync(string path, Func<Dictionary<string, string>> form, string? proof = null)
    {
        var forms = new Queue<Dictionary<string, string>>(Enumerable.Range(0, Uses).Select(_ => form()));
        return AtOnceAsync(() => _agency.PostAsync(path, forms.Dequeue(), proof));
    }

    private async Task<HttpResponseMessage[]> AtOnceAsync(Func<Task<HttpResponseMessage>> send)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Uses).Select(_ => send()));

        answers.ShouldAllBe(answer => (int)answer.StatusCode < 500);
        foreach (var node in deployment.Nodes.Select(Deployment.NameOf))
        {
            answers.Count(answer => Deployment.NodeOf(answer) == node).ShouldBeGreaterThan(Uses / 4, "each server has its part");
        }

        return answers;
    }

    /// <summary>Whoever won a race that others ran too keeps nothing.</summary>
    private async Task HasEndedAsync(HttpResponseMessage won)
    {
        var tokens = await Agency.ReadAsync(won);
        var again = await _agency.PostAsync("/connect/token", _agency.Form(Agency.Refreshment((string)tokens["refresh_token"]!)));
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var introspection = await Agency.ReadAsync(await _agency.PostAsync(
            "/connect/introspect", _agency.Form(new() { ["token"] = (string)tokens["access_token"]! })));
        introspection.ToJsonString().ShouldBe("""{"active":false}""");
    }
}
