using System.Net;
using Microsoft.AspNetCore.Builder;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>The ten lines that the documents promise: compiled here, run here, and the same in every document.</summary>
public sealed class TenLinesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-ten-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sign_citizens_in()
    {
        await using var provider = await FakeProvider.StartAsync(TimeProvider.System);
        var origin = $"http://agency.localhost:{FreePort.Next()}";
        provider.JwksUri = origin + "/moi/jwks";
        await using var app = TenLines(
        [
            "--contentRoot=" + _folder, "--urls=" + origin, "--Logging:LogLevel:Default=None",
            "--MoiIdentity:Authority=" + provider.Origin, "--MoiIdentity:ClientId=agency", "--MoiIdentity:PublicOrigin=" + origin,
        ]);
        await app.StartAsync();
        using var browser = new Browser();

        using var me = await browser.GetAsync(origin + "/me");
        using var pay = await browser.GetAsync(origin + "/pay");

        me.StatusCode.ShouldBe(HttpStatusCode.OK);
        browser.Visited.Count.ShouldBe(1, "the sign-in was fresh enough to pay");
        (await pay.Content.ReadAsStringAsync()).ShouldBe("paid");
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/sdk.md")]
    [InlineData("src/Sdk/README.md")]
    public void Stand_in_every_document_as_they_stand_here(string document)
    {
        var shown = File.ReadAllText(RepositoryRoot.File(document.Split('/'))).Split("```csharp\n")[1].Split("```")[0];
        var here = File.ReadAllText(RepositoryRoot.File("tests", "Sdk.Tests", "TenLinesTests.cs")).Split("        // Ten lines.\n")[1].Split("        // End.\n")[0];

        Lines(shown).ShouldBe(["using Moi.Identity;", .. Lines(here), "app.Run();"]);
    }

    private static WebApplication TenLines(string[] args)
    {
        // Ten lines.
        var builder = WebApplication.CreateBuilder(args);
        builder.AddMoiIdentity();

        var app = builder.Build();
        app.UseMoiIdentity();
        app.MapMoiIdentity();
        app.MapGet("/me", (CitizenContext citizen) => citizen.Nickname).RequireCitizen();
        app.MapGet("/pay", () => "paid").RequireAssurance(AssuranceLevel.One, maxAgeMinutes: 5);

        // End.
        return app;
    }

    private static string[] Lines(string code) =>
        [.. code.Split('\n').Select(line => line.Split(" //")[0].Trim()).Where(line => line.Length > 0)];
}
