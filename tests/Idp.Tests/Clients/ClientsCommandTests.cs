using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Clients;

/// <summary>The command line, beside a running server.</summary>
public sealed class ClientsCommandTests
{
    [Fact]
    public async Task Clients_are_applied_listed_exported_and_deleted_while_the_server_runs()
    {
        await using var idp = new IdpProcess();
        var file = Path.Combine(idp.DataPath, "clients.json");
        await File.WriteAllTextAsync(file, """
            [{"client_id": "by-file", "client_name": "By file", "moi_agency": "office", "redirect_uris": ["http://a.localhost/cb"]}]
            """);

        // Before the first start: the command makes the embedded database.
        var (code, output) = await idp.RunAsync("clients", "apply", file);
        code.ShouldBe(0, output);
        output.ShouldContain("by-file registered");
        output.ShouldContain("client_secret: ");

        await idp.StartAsync();
        using var http = idp.Client();

        // Developers register nothing by themselves unless that is switched on.
        using var nothing = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        (await http.PostAsync(new Uri("/connect/register", UriKind.Relative), nothing)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative))).ShouldNotContain("registration_endpoint");
        async Task<HttpStatusCode> OpenAsync(string address)
            => (await http.GetAsync(new Uri(
                "/connect/authorize?client_id=by-file&response_type=code&scope=openid&code_challenge_method=S256"
                + "&code_challenge=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw&redirect_uri=" + Uri.EscapeDataString(address),
                UriKind.Relative))).StatusCode;
        (await OpenAsync("http://a.localhost/cb")).ShouldBe(HttpStatusCode.Found);

        await File.WriteAllTextAsync(file, """
            [{"client_id": "by-file", "client_name": "By file", "moi_agency": "office", "redirect_uris": ["http://b.localhost/cb"]}]
            """);
        (await idp.RunAsync("clients", "apply", file)).Output.ShouldContain("by-file updated");
        await Eventually.TrueAsync(
            async () => await OpenAsync("http://b.localhost/cb") == HttpStatusCode.Found, "the running server sees the change");
        (await OpenAsync("http://a.localhost/cb")).ShouldBe(HttpStatusCode.BadRequest);

        await File.WriteAllTextAsync(file, """[{"client_id": "by-file", "client_name": 1}]""");
        (code, output) = await idp.RunAsync("clients", "apply", file);
        code.ShouldBe(1);
        output.ShouldContain("$[0].client_name: ");
        output.ShouldContain("nothing was changed");

        (await idp.RunAsync("clients", "list")).Output.ShouldContain("by-file\toffice\tbasic\tactive");
        (await idp.RunAsync("clients", "export")).Output.ShouldContain("http://b.localhost/cb");
        (await idp.RunAsync("clients", "delete", "by-file")).Output.ShouldContain("by-file removed");
        (await idp.RunAsync("clients", "delete", "by-file")).ExitCode.ShouldBe(1);
        (await idp.RunAsync("clients", "frobnicate")).ExitCode.ShouldBe(2);
        await Eventually.TrueAsync(
            async () => await OpenAsync("http://b.localhost/cb") == HttpStatusCode.BadRequest, "the running server forgets the client");
    }
}
