using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Tests.Web;

/// <summary>The shared web parts alone, with endpoints that go wrong in every way.</summary>
public sealed class WebParts : IAsyncLifetime, ILoggerProvider
{
    public const string Host = "id.example.gov.tw";

    private readonly ConcurrentQueue<(LogLevel Level, string Line)> _log = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Moi.Identity.Idp" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(this);
        builder.Services.AddSingleton<TimeProvider>(
            new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero)));
        builder.Services.Configure<IdpOptions>(options => options.PublicOrigin = $"https://{Host}");
        builder.Services.AddAuthorization();
        builder.Services.AddWeb();
        _app = builder.Build();
        _app.UseWeb();
        _app.Use((context, next) =>
        {
            if (context.Request.Headers["Test-Citizen"] is [{ } citizen])
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", citizen)], "session"));
            }

            return next(context);
        });
        _app.UseAuthorization();
        _app.MapWeb();
        _app.MapGet("/health/live", () => "ok");
        _app.MapGet("/fails", void () => throw new InvalidOperationException("the secret reason"));
        _app.MapGet("/database-away", void () => throw new InvalidOperationException("wrapped", new TransientException()));
        _app.MapGet("/too-large", void () => throw new BadHttpRequestException("body too large", 413));
        _app.MapGet("/status/{status:int}", (int status) => TypedResults.StatusCode(status));
        _app.MapGet("/challenged", (HttpContext context) =>
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            context.Response.StatusCode = 401;
        });
        _app.MapGet("/form-to-agency", (HttpContext context, string target) => SecurityHeaders.AllowFormRedirectTo(context, target));
        _app.MapGet("/form-field", (HttpContext context, IAntiforgery forms) => forms.GetAndStoreTokens(context).RequestToken);
        _app.MapPost("/form", async (HttpContext context, IAntiforgery forms) =>
            await forms.IsRequestValidAsync(context) ? "accepted" : "refused");
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public void Dispose()
    {
    }

    /// <summary>What was logged at this level or above.</summary>
    internal IReadOnlyList<string> Logged(LogLevel level) => [.. _log.Where(entry => entry.Level >= level).Select(entry => entry.Line)];

    internal Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
        => SendAsync(HttpMethod.Get, path, null, headers);

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var http = _app.GetTestServer().CreateClient();
        using var request = new HttpRequestMessage(method, new Uri($"https://{Host}{path}")) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Logger(_log);

    private sealed class Logger(ConcurrentQueue<(LogLevel, string)> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => log.Enqueue((logLevel, $"{eventId.Id} {formatter(state, exception)} {exception}"));
    }

    private sealed class TransientException : DbException
    {
        public override bool IsTransient => true;
    }
}

internal static class Answers
{
    internal static string Header(this HttpResponseMessage answer, string name)
        => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    internal static Task<string> TextAsync(this HttpResponseMessage answer)
        => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
