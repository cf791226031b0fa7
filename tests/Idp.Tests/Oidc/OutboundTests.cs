using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Moi.Identity.Idp.Features.Oidc.Outbound;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Calls to addresses that somebody else chose: little time, small answers, nothing inside.</summary>
public sealed class OutboundTests
{
    [Fact]
    public async Task A_client_that_does_not_answer_costs_five_seconds()
    {
        await using var listener = await TestListener.StartAsync();
        var release = new TaskCompletionSource();
        listener.Answer = _ => release.Task;

        var failure = await FailAsync(listener.Port);

        failure.Message.ShouldBe("No answer in time.");
        release.SetResult();
    }

    [Fact]
    public async Task An_answer_that_does_not_end_is_not_read()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sent = 0L;
        var serving = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[8192]);
            await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
            var chunk = Encoding.ASCII.GetBytes("4000\r\n" + new string('x', 0x4000) + "\r\n");
            while (true)
            {
                sent += await socket.SendAsync(chunk);
            }
        });

        (await FailAsync(((IPEndPoint)listener.LocalEndpoint).Port)).Message
            .ShouldContain(GuardedHttp.MostBytes.ToString(CultureInfo.InvariantCulture));

        // Closed, not read on; what both systems hold in between is some megabytes.
        await Should.ThrowAsync<SocketException>(() => serving.WaitAsync(TimeSpan.FromSeconds(30)));
        sent.ShouldBeLessThan(32_000_000);
    }

    [Fact(DisplayName = "R13: a name that changes its address between two looks is looked up once, and that address is called")]
    public async Task R13_rebinding()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var looks = 0;
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        for (var i = 0; i < 4; i++)
        {
            // Each time anew, or they would all wait for one connection where packets to the first address get lost.
            using var http = new GuardedHttp(
                new Environment("Production"),
                (_, _) => Task.FromResult(new[] { Interlocked.Increment(ref looks) % 2 == 1 ? IPAddress.Parse("2606:2800:220:1::1") : IPAddress.Loopback }));
            using var request = new HttpRequestMessage(HttpMethod.Post, $"https://rebinding.example:{port}/");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Should.ThrowAsync<Exception>(() => http.SendAsync(request, limit.Token));
        }

        looks.ShouldBeGreaterThan(1, "the second look named an address inside");
        inside.Pending().ShouldBeFalse("no connection came in");
    }

    [Theory(DisplayName = "R13: a name with one address inside among others is not called")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("169.254.169.254")]
    [InlineData("10.1.2.3")]
    [InlineData("fd00::1")]
    public async Task R13_mixed(string address)
    {
        using var http = new GuardedHttp(
            new Environment("Production"), (_, _) => Task.FromResult(new[] { IPAddress.Parse("93.184.216.34"), IPAddress.Parse(address) }));
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://mixed.example/");

        (await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(request, CancellationToken.None)))
            .Message.ShouldContain("not on the public network");
    }

    private static async Task<HttpRequestException> FailAsync(int port)
    {
        using var http = new GuardedHttp(new Environment("Development"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://agency.localhost:{port}/");
        return await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(request, CancellationToken.None));
    }

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
