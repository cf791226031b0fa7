using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Tests.Oidc;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>The command <c>keys</c>, beside a running server.</summary>
public sealed class KeysCommandTests
{
    [Fact]
    public async Task Keys_are_listed_rotated_and_revoked_while_the_server_runs()
    {
        await using var idp = new IdpProcess();
        (await idp.RunAsync("keys", "list")).Output.ShouldContain("There are no signing keys yet");
        await idp.StartAsync();
        using var http = idp.Client();
        await Eventually.TrueAsync(async () => (await PublishedAsync(http, "RS256")).Count == 1, "the RSA keys are made");
        using var agency = await RemoteAgency.EnterAsync(idp, new CitizenBrowser(LocalhostHttp.Handler(keepsCookies: false), idp.Origin));
        var refreshToken = agency.RefreshToken;
        var first = (string)Jwt.Header(agency.AccessToken)["kid"]!;
        var (code, output) = await idp.RunAsync("keys", "list");
        code.ShouldBe(0, output);
        output.ShouldContain($"ES256\t{first}\tactive\tthe next key is announced on ");

        // By plan: published, does not sign.
        (code, output) = await idp.RunAsync("keys", "rotate", "--alg", "ES256");
        code.ShouldBe(0, output);
        var announced = output.Split('\n').Single(line => line.StartsWith("ES256\t", StringComparison.Ordinal)).Split('\t')[1].Split(' ')[0];
        output.ShouldContain($"ES256\t{announced} is announced and signs from ");
        await Eventually.TrueAsync(async () => (await PublishedAsync(http, "ES256")).Contains(announced), "the running server publishes it");
        (await PublishedAsync(http, "RS256")).Count.ShouldBe(1);
        (await RefreshAsync()).ShouldBe(first);

        // At once: what was signed before stays good.
        (code, output) = await idp.RunAsync("keys", "rotate", "--now", "--alg", "ES256");
        code.ShouldBe(0, output);
        output.ShouldContain($"ES256\t{announced} signs now");
        await Eventually.TrueAsync(async () => await RefreshAsync() == announced, "the running server signs with it");
        (await agency.UserInfoAsync(agency.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await IsActiveAsync(agency)).ShouldBeTrue();
        output = (await idp.RunAsync("keys", "list")).Output;
        output.ShouldContain($"ES256\t{announced}\tactive");
        output.ShouldContain($"ES256\t{first}\tretired\tsigns no more, published until ");

        // In an emergency: it is gone, and so is what it signed.
        (code, output) = await idp.RunAsync("keys", "revoke", first);
        code.ShouldBe(0, output);
        output.ShouldContain($"{first} is revoked; {announced} signs");
        await Eventually.TrueAsync(
            async () => (await agency.UserInfoAsync(agency.AccessToken)).StatusCode == HttpStatusCode.Unauthorized, "its tokens are refused");
        (await IsActiveAsync(agency)).ShouldBeFalse();
        (await PublishedAsync(http, "ES256")).ShouldBe([announced]);
        output = (await idp.RunAsync("keys", "revoke", announced)).Output;
        await Eventually.TrueAsync(
            async () => (await PublishedAsync(http, "ES256")).ToArray() is [var only] && only != announced && output.Contains(only + " signs", StringComparison.Ordinal),
            "a new key signs");
        (await RefreshAsync()).ShouldNotBe(announced);
        (await agency.Browser.OpenAsync("/account")).Path.ShouldBe("/account", "the session stays");

        (await idp.RunAsync("keys", "revoke", first)).ExitCode.ShouldBe(1);

        async Task<string> RefreshAsync()
        {
            using var answer = await agency.RefreshAsync(refreshToken);
            var tokens = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, tokens.ToJsonString());
            refreshToken = (string)tokens["refresh_token"]!;
            return (string)Jwt.Header((string)tokens["id_token"]!)["kid"]!;
        }
    }

    [Fact]
    public async Task With_another_certificate_the_command_changes_nothing()
    {
        var data = Directory.CreateTempSubdirectory("moi-data-");
        using var certificate = new KeyRingCertificate();
        using var other = new KeyRingCertificate();
        await using (var idp = await IdpProcess.StartAsync([.. certificate.Production(data.FullName)]))
        {
            using var http = idp.Client();
            await Eventually.TrueAsync(async () => (await PublishedAsync(http, "RS256")).Count == 1, "the RSA keys are made");
            var kid = (await PublishedAsync(http, "ES256")).Single();
            await using (var stranger = new IdpProcess(other.Production(data.FullName)))
            {
                var (code, output) = await stranger.RunAsync("keys", "list");
                code.ShouldBe(0, output);
                output.ShouldContain("CANNOT BE DECRYPTED");
                foreach (var command in (string[][])[["rotate"], ["rotate", "--now"], ["revoke", kid]])
                {
                    (code, output) = await stranger.RunAsync(["keys", .. command]);
                    code.ShouldBe(1, output);
                    output.ShouldContain("cannot be decrypted here");
                }
            }

            (await PublishedAsync(http, "ES256")).ShouldBe([kid]);
            (await idp.RunAsync("keys", "list")).Output.ShouldNotContain("announced\t");
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task Times_that_would_break_agencies_keep_the_server_from_starting()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__SigningKeys__Announce"] = "00:05:00",
            ["Idp__SigningKeys__Retain"] = "00:05:00",
        });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        idp.Log.ShouldContain("Idp__SigningKeys__Announce must be more than");
        idp.Log.ShouldContain("Idp__SigningKeys__Retain must be more than");
    }

    private static async Task<List<string>> PublishedAsync(HttpClient http, string alg)
        => [.. JsonNode.Parse(await http.GetStringAsync(new Uri("/connect/jwks", UriKind.Relative)))!["keys"]!.AsArray()
            .Where(key => (string?)key!["alg"] == alg).Select(key => (string)key!["kid"]!)];

    private static async Task<bool> IsActiveAsync(RemoteAgency agency)
    {
        using var answer = await agency.AskAboutAsync("/connect/introspect", agency.AccessToken);
        return (bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["active"]!;
    }
}
