using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Keys;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>The key pair that the package makes and keeps.</summary>
public sealed class ClientKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-keys-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(57));

    private string Keys => Path.Combine(_folder, "keys");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_start_makes_a_key_that_only_its_owner_can_read()
    {
        New().Reload().Count.ShouldBe(1);

        var file = Directory.GetFiles(Keys, "*.pem").Single();
        Path.GetFileName(file).ShouldBe("20270101T000000Z.pem");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Keys).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void The_key_is_the_same_after_a_restart()
    {
        var before = New().Signing.Kid;
        _time.Advance(TimeSpan.FromDays(1));

        New().Signing.Kid.ShouldBe(before);
    }

    [Fact]
    public void Instances_that_start_together_make_one_key()
    {
        var kids = new string[8];

        Parallel.For(0, kids.Length, i => kids[i] = New().Signing.Kid);

        kids.Distinct().Count().ShouldBe(1);
        Directory.GetFiles(Keys, "*.pem").Length.ShouldBe(1);
    }

    [Fact]
    public void All_keys_are_published_and_the_last_by_name_signs()
    {
        var keys = New();
        var first = keys.Signing.Kid;
        var second = Write("20280101T000000Z.pem", ECCurve.NamedCurves.nistP256);

        keys.Reload().Select(k => k.Kid).ShouldBe([first, second]);
        keys.Signing.Kid.ShouldBe(second);
    }

    [Fact(DisplayName = "RFC 7638 §3.1: the kid is the thumbprint")]
    public void The_kid_is_the_thumbprint()
    {
        var jwk = New().Signing.ToPublicJwk();

        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{jwk.X}}","y":"{{jwk.Y}}"}""";
        jwk.Kid.ShouldBe(Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(canonical)))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_'));
    }

    [Fact]
    public void A_key_that_others_can_read_stops_the_start()
    {
        New().Reload();
        var file = Directory.GetFiles(Keys, "*.pem").Single();
        if (OperatingSystem.IsWindows())
        {
            return; // Its access lists are inherited from the folder; there is no mode to look at.
        }

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Should.Throw<InvalidOperationException>(() => New().Reload()).Message.ShouldBe(
            $"MOI021: the private key {file} (MoiIdentity:Keys) is open to other users of this machine. Run: chmod 600 '{file}'");
    }

    [Theory]
    [InlineData("nistP384")]
    [InlineData("garbage")]
    public void A_file_that_is_no_key_of_the_right_kind_stops_the_start(string content)
    {
        New().Reload();
        Write("30000101T000000Z.pem", content == "garbage" ? null : ECCurve.NamedCurves.nistP384);

        Should.Throw<InvalidOperationException>(() => New().Reload()).Message.ShouldStartWith("MOI022: ");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_stops_the_start()
    {
        File.WriteAllText(Keys, "a file in the way");

        Should.Throw<InvalidOperationException>(() => New().Reload()).Message.ShouldStartWith("MOI020: ");
    }

    [Fact]
    public async Task The_published_set_holds_public_halves_only_and_survives_a_restart()
    {
        await using var agency = await Agency.StartAsync();
        using var http = LocalhostHttp.Client(agency.Origin);
        using var before = await http.GetAsync("/moi/jwks");
        await agency.RestartAsync();
        using var again = LocalhostHttp.Client(agency.Origin);

        var text = await before.Content.ReadAsStringAsync();
        before.Content.Headers.ContentType!.MediaType.ShouldBe("application/jwk-set+json");
        JsonNode.Parse(text)!["keys"]!.AsArray().Single()!.AsObject().Select(m => m.Key).Order()
            .ShouldBe(["alg", "crv", "kid", "kty", "use", "x", "y"]);
        (await again.GetStringAsync("/moi/jwks")).ShouldBe(text);
    }

    private string Write(string name, ECCurve? curve)
    {
        using var pair = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(Keys, name);
        File.WriteAllText(file, curve is null ? "garbage" : pair.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return pair.KeySize == 256 ? new ClientKey(pair).Kid : "";
    }

    private ClientKeys New() => new(
        Options.Create(new MoiIdentityOptions { Keys = "keys" }), new Here(_folder), _time, NullLogger<ClientKeys>.Instance);

    private sealed class Here(string folder) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "Agency";

        public string ContentRootPath { get; set; } = folder;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
