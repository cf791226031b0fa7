using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>What the README promises of <c>./run</c>.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("moi-run-");

    [Fact]
    public async Task Two_copies_run_side_by_side_and_the_second_start_asks_nothing()
    {
        var first = new Copy(Path.Combine(_data.FullName, "first"));
        await using (var run = await first.StartAsync())
        {
            run.Output.ShouldContain($"{first.Idp}/administrators/enrol?token=");

            var second = new Copy(Path.Combine(_data.FullName, "second"));
            await using var beside = await second.StartAsync();
            (await AnswerAsync(first.Agency)).ShouldBe(HttpStatusCode.OK);
            (await AnswerAsync(second.Agency)).ShouldBe(HttpStatusCode.OK);

            (await beside.StopAsync()).ShouldBe(0);
            (await run.StopAsync()).ShouldBe(0);
            await Should.ThrowAsync<HttpRequestException>(() => AnswerAsync(first.Idp));
            await Should.ThrowAsync<HttpRequestException>(() => AnswerAsync(first.Agency));
        }

        await using var again = await first.StartAsync();
        again.Output.ShouldNotContain("enrol?token=");
    }

    [Fact]
    public async Task A_taken_port_is_told_with_the_variable_to_change()
    {
        await using var idp = await IdpProcess.StartAsync();
        await using var run = await ChildProcess.StartAsync(
            [RepositoryRoot.File("run")],
            environment: [new("Idp__PublicOrigin", idp.Origin), new("Idp__DataPath", _data.FullName)]);

        (await run.WaitAsync()).ShouldBe(1);
        run.Output.ShouldContain($"Idp__PublicOrigin=http://idp.localhost:{idp.Port + 1} ./run");
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static async Task<HttpStatusCode> AnswerAsync(string origin)
    {
        using var http = LocalhostHttp.Client(origin);
        using var response = await http.GetAsync(new Uri("/", UriKind.Relative));
        return response.StatusCode;
    }

    /// <summary>One pair of identity provider and sample agency.</summary>
    private sealed class Copy(string data)
    {
        internal string Idp { get; } = $"http://idp.localhost:{FreePort.Next()}";

        internal string Agency { get; } = $"http://hello.localhost:{FreePort.Next()}";

        internal async Task<ChildProcess> StartAsync()
        {
            var run = await ChildProcess.StartAsync(
                [RepositoryRoot.File("run")],
                environment:
                [
                    new("CONFIGURATION", RepositoryRoot.Configuration),
                    new("Idp__PublicOrigin", Idp),
                    new("Idp__DataPath", data),
                    new("HelloAgency__PublicOrigin", Agency),
                ]);
            await Eventually.TrueAsync(
                () => Task.FromResult(run.HasExited || run.Output.Contains("Ctrl-C to stop", StringComparison.Ordinal)),
                "./run is ready",
                TimeSpan.FromMinutes(5));
            run.HasExited.ShouldBeFalse(run.HasExited ? run.Output : "");
            return run;
        }
    }
}
