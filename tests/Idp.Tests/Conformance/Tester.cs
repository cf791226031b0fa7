using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>What the conformance tool does: posts, keeps the cookie, and lies where a case wants it.</summary>
internal sealed class Tester(ConformanceServer server) : IDisposable
{
    private readonly HttpClient _client = server.App.CreateClient(
        new WebApplicationFactoryClientOptions { BaseAddress = new Uri(ConformanceServer.Origin), HandleCookies = true });

    private int _users;

    internal Models Models => server.Models;

    internal ConformanceServer Server => server;

    /// <summary>A name that nobody used before.</summary>
    internal string NewUser() => $"user-{GetHashCode():x}-{_users++}";

    internal async Task<Reply> PostAsync(string path, string body)
    {
        var (status, answer) = await SendAsync(path, body);
        return new Reply(status, (string)answer["status"]!, (string)answer["errorMessage"]!);
    }

    internal async Task<JsonObject> OptionsAsync(string path, JsonObject request)
    {
        var (status, answer) = await SendAsync(path, request.ToJsonString());
        (status, (string?)answer["status"], (string?)answer["errorMessage"]).ShouldBe((200, "ok", ""));
        return answer;
    }

    internal async Task<string> StartRegistrationAsync(string user, string verification = "preferred", string attestation = "direct")
        => (await OptionsAsync("/attestation/options", RegistrationRequest(user, verification, attestation))).ToJsonString();

    internal static JsonObject RegistrationRequest(string user, string verification = "preferred", string attestation = "direct") => new()
    {
        ["username"] = user,
        ["displayName"] = "Somebody",
        ["attestation"] = attestation,
        ["authenticatorSelection"] = new JsonObject { ["userVerification"] = verification },
    };

    /// <summary>A whole registration.</summary>
    internal async Task<Reply> RegisterAsync(
        SoftAuthenticator authenticator, Lies? lies = null, string? user = null, string verification = "preferred", string attestation = "direct")
    {
        var options = await StartRegistrationAsync(user ?? NewUser(), verification, attestation);
        return await PostAsync("/attestation/result", authenticator.Create(options, ConformanceServer.Origin, lies));
    }

    /// <summary>A whole authentication with a credential that was registered for it.</summary>
    internal async Task<Reply> AuthenticateAsync(Lies? lies = null, string verification = "preferred", SoftAuthenticator? authenticator = null, int times = 1)
    {
        authenticator ??= Models.NewSelf();
        var user = NewUser();
        (await RegisterAsync(authenticator, user: user)).ShouldBe(new Reply(200, "ok", ""));
        for (var i = 1; i < times; i++)
        {
            (await AssertAsync(authenticator, user, verification, lies)).ShouldBe(new Reply(200, "ok", ""));
        }

        return await AssertAsync(authenticator, user, verification, lies);
    }

    private async Task<Reply> AssertAsync(SoftAuthenticator authenticator, string user, string verification, Lies? lies)
    {
        var options = await OptionsAsync("/assertion/options", new JsonObject { ["username"] = user, ["userVerification"] = verification });
        return await PostAsync("/assertion/result", authenticator.Get(options.ToJsonString(), ConformanceServer.Origin, lies));
    }

    private async Task<(int Status, JsonObject Answer)> SendAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/json");
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    public void Dispose() => _client.Dispose();
}
