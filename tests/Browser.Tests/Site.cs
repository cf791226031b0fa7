using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Moi.Identity.Testing;

[assembly: AssemblyFixture(typeof(Moi.Identity.Browser.Tests.Site))]

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// The identity provider and the sample agency as <c>./run</c> starts them: two processes on free ports, one
/// registered with the other, for all tests of this project.
/// </summary>
public sealed class Site : IAsyncLifetime, ISite
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-agency-");
    private IdpProcess _idp = null!;
    private ChildProcess _agency = null!;
    private int _registrations;

    /// <summary>The identity provider's origin.</summary>
    public string Idp => _idp.Origin;

    /// <summary>The sample agency's origin.</summary>
    public string Agency { get; } = $"http://hello.localhost:{FreePort.Next()}";

    /// <summary>The link of an invitation to administer.</summary>
    public async Task<string> InviteAdministratorAsync()
    {
        var (_, output) = await _idp.RunAsync("administrators", "invite");
        return output.Split().First(word => word.StartsWith(Idp, StringComparison.Ordinal));
    }

    /// <summary>
    /// As if new FIDO metadata called the models of these citizens' passkeys broken. The review that does it has tests of its own.
    /// </summary>
    public async Task CallModelsBrokenAsync(string label)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_idp.DataPath, "idp.db")}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            UPDATE credentials SET model_standing = CASE backup_eligible WHEN 1 THEN 'Compromised' ELSE 'RootWithdrawn' END
            WHERE citizen_id IN (SELECT id FROM citizens WHERE display_label = $label)
            """;
        command.Parameters.AddWithValue("$label", label);
        (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
    }

    /// <summary>The address of an authorization request of another agency, for all that there is.</summary>
    public async Task<string> RequestEverythingAsync()
    {
        await RegisterAsync("""
            [{
              "client_id": "everything", "client_name": "All About You", "client_name#zh-TW": "全部資料服務",
              "moi_agency": "everything", "moi_agency_name": "Agency of Everything", "moi_agency_name#zh-TW": "全部資料管理處",
              "redirect_uris": ["http://everything.localhost/callback"],
              "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
              "scope": "openid profile offline_access tax.read tax.contact", "authorization_details_types": ["tax.payment"],
              "token_endpoint_auth_method": "none"
            },
            {
              "client_id": "tax-api", "client_name": "Tax Records", "client_name#zh-TW": "稅籍資料",
              "moi_agency": "tax-office", "moi_agency_name": "Tax Office", "moi_agency_name#zh-TW": "稅務局", "grant_types": [],
              "moi_resource": {
                "identifier": "https://tax.example/api",
                "scopes": {
                  "tax.read": { "zh-TW": "讀取您的稅籍資料", "en": "Read your tax records" },
                  "tax.contact": { "zh-TW": "修改您的通訊地址", "en": "Change your postal address" }
                },
                "authorization_details_types": {
                  "tax.payment": {
                    "zh-TW": "從您的帳戶繳納一筆稅款", "en": "Pay a tax from your account",
                    "fields": {
                      "money": { "kind": "amount", "zh-TW": "金額", "en": "Amount", "required": true },
                      "tax": { "kind": "choice", "zh-TW": "稅目", "en": "Tax", "choices": { "house": { "zh-TW": "房屋稅", "en": "House tax" } } },
                      "due": { "kind": "date", "zh-TW": "繳納期限", "en": "Due" },
                      "note": { "kind": "text", "zh-TW": "備註", "en": "Note" }
                    }
                  }
                }
              }
            }]
            """);
        var details = """
            [{"type":"tax.payment","money":{"currency":"TWD","amount":"12345"},"tax":"house","due":"2026-12-31","note":"115 年第二期 · 2nd term"}]
            """;
        return Everything + "&scope=openid%20profile%20offline_access%20tax.read%20tax.contact&authorization_details=" + Uri.EscapeDataString(details.Trim());
    }

    /// <summary>Registers clients, as an operator does.</summary>
    public async Task RegisterAsync(string clients)
    {
        var file = Path.Combine(_folder.FullName, $"clients-{Interlocked.Increment(ref _registrations)}.json");
        await File.WriteAllTextAsync(file, clients);
        var (exitCode, output) = await _idp.RunAsync("clients", "apply", file);
        exitCode.ShouldBe(0, output);
    }

    /// <summary>A device of that agency asks to be let in.</summary>
    /// <returns>The code that it shows.</returns>
    public async Task<string> RequestDeviceAsync()
    {
        using var http = LocalhostHttp.Client(Idp);
        var answer = await http.PostAsync(
            new Uri("/connect/device", UriKind.Relative),
            new FormUrlEncodedContent([new("client_id", "everything"), new("scope", "openid profile offline_access tax.read")]));
        return (string)JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["user_code"]!;
    }

    /// <summary>A request of that agency whose answer, an error, comes by form.</summary>
    internal string AskByForm => Everything + "&scope=everything&state=by-form&response_mode=form_post";

    private string Everything
        => $"{Idp}/connect/authorize?client_id=everything&response_type=code&redirect_uri=http://everything.localhost/callback"
            + $"&code_challenge={new string('A', 43)}&code_challenge_method=S256";

    public async ValueTask InitializeAsync()
    {
        _idp = await IdpProcess.StartAsync();
        await SampleAgency.RegisterAsync(_idp, Agency, _folder.FullName);
        _agency = await ChildProcess.StartAsync(
            [
                "dotnet", RepositoryRoot.Built("samples/HelloAgency", "HelloAgency.dll"),
                "--contentRoot", RepositoryRoot.File("samples/HelloAgency"),
            ],
            environment: new Dictionary<string, string?>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["PublicOrigin"] = Agency,
                ["MoiIdentity__Authority"] = Idp,
                ["MoiIdentity__Keys"] = _folder.FullName,
            });
        using var http = LocalhostHttp.Client(Agency);
        await Eventually.TrueAsync(
            async () => _agency.HasExited
                || (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode,
            "the sample agency is ready");
        if (_agency.HasExited)
        {
            throw new InvalidOperationException($"The sample agency ended with {_agency.ExitCode}:\n{_agency.Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _agency.DisposeAsync();
        await _idp.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
