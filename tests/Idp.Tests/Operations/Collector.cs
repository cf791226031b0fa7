using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Receives traces and metrics by OTLP over HTTP and keeps them as they came.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = [];

    private Collector(WebApplication app, int port)
    {
        _app = app;
        Address = $"http://127.0.0.1:{port}";
    }

    internal string Address { get; }

    /// <summary>The texts in all that was sent to a path; in protocol buffers they stand as UTF-8.</summary>
    internal string Received(string path)
        => string.Join('\n', _received.Where(message => message.Path == path).Select(message => Encoding.UTF8.GetString(message.Body)));

    internal static async Task<Collector> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var collector = new Collector(app, port);
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            collector._received.Enqueue((http.Request.Path, body.ToArray()));
        });
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
