using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>An agency's own server, on a port of this machine.</summary>
internal sealed class TestListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestListener(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    internal int Port { get; }

    /// <summary>What was posted or asked for, in order: the path, and the <c>logout_token</c> or the security event if there is one.</summary>
    internal ConcurrentQueue<(string Path, string? Token)> Requests { get; } = [];

    /// <summary>How it answers.</summary>
    internal Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    internal static async Task<TestListener> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var listener = new TestListener(app, port);
        app.Run(async http =>
        {
            var token = http.Request.HasFormContentType ? (string?)(await http.Request.ReadFormAsync())["logout_token"]
                : http.Request.ContentType == "application/secevent+jwt" ? await new StreamReader(http.Request.Body).ReadToEndAsync()
                : null;
            listener.Requests.Enqueue((http.Request.Path, token));
            await listener.Answer(http);
        });
        await app.StartAsync();
        return listener;
    }

    /// <summary>Answers everything with a status.</summary>
    internal void AnswerWith(int status, string body = "") => Answer = http =>
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(body);
    };

    /// <summary>Its address under an agency's name.</summary>
    internal string Address(TestAgency agency, string path) => $"{agency.Host}:{Port}{path}";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
