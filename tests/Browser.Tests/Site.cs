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
        var file = Path.Combine(_folder.FullName, "everything.json");
        await File.WriteAllTextAsync(file, """
            [{
              "client_id": "everything", "client_name": "All About You", "client_name#zh-TW": "全部資料服務",
              "moi_agency": "everything", "moi_agency_name": "Agency of Everything", "moi_agency_name#zh-TW": "全部資料管理處",
              "redirect_uris": ["http://everything.localhost/callback"],
              "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
              "scope": "openid profile offline_access cases.read", "token_endpoint_auth_method": "none"
            }, {
              "client_id": "case-archive", "client_name": "Case Archive", "client_name#zh-TW": "案件檔案",
              "moi_agency": "everything", "moi_agency_name": "Agency of Everything", "moi_agency_name#zh-TW": "全部資料管理處",
              "grant_types": [], "response_types": [], "scope": "", "token_endpoint_auth_method": "client_secret_basic",
              "moi_resource": {
                "identifier": "https://cases.example/api",
                "scopes": { "cases.read": { "zh-TW": "讀取您的案件", "en": "Read your cases" } }
              }
            }]
            """);
        var (exitCode, output) = await _idp.RunAsync("clients", "apply", file);
        exitCode.ShouldBe(0, output);
        return $"{Idp}/connect/authorize?client_id=everything&response_type=code&redirect_uri=http://everything.localhost/callback"
            + $"&scope=openid%20profile%20offline_access%20cases.read&code_challenge={new string('A', 43)}&code_challenge_method=S256";
    }

    /// <summary>A device of that agency asks to be let in.</summary>
    /// <returns>The code that it shows.</returns>
    public async Task<string> RequestDeviceAsync()
    {
        using var http = LocalhostHttp.Client(Idp);
        var answer = await http.PostAsync(
            new Uri("/connect/device", UriKind.Relative),
            new FormUrlEncodedContent([new("client_id", "everything"), new("scope", "openid profile offline_access cases.read")]));
        return (string)JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["user_code"]!;
    }

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
