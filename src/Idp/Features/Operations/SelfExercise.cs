using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// Opens the pages of a sign-in a few times before the server calls itself ready, so that the first citizens do not
/// wait while the runtime compiles them. Nothing durable is written.
/// </summary>
/// <remarks>
/// Not in Development, where starting quickly matters more. The database or the store being away is told by their own
/// checks; the exercise then ends as well as it can.
/// </remarks>
internal sealed partial class SelfExercise(
    IServer server, IOptions<IdpOptions> options, IHostEnvironment environment, TimeProvider time, ILogger<SelfExercise> logger)
    : IHostedLifecycleService, IHealthCheck
{
    private const int Rounds = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Pages =
        ["/sign-in", "/sign-up", "/.well-known/openid-configuration", "/connect/jwks", "/sign-in/phone", "/"];

    private volatile bool _isDone;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(_isDone
            ? HealthCheckResult.Healthy("The server has warmed up.")
            : HealthCheckResult.Unhealthy("The server is warming up; this takes a few seconds."));

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (environment.IsDevelopment() || address is null)
        {
            _isDone = true;
            return Task.CompletedTask;
        }

        _ = Task.Run(() => ExerciseAsync(Loopback(address)), CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An address such as <c>http://[::]:8080</c> says where to listen; this is where to call.</summary>
    private static Uri Loopback(string address)
    {
        var listening = new UriBuilder(address.Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal));
        if (listening.Host is "0.0.0.0" or "[::]")
        {
            listening.Host = listening.Host == "[::]" ? "[::1]" : "127.0.0.1";
        }

        return listening.Uri;
    }

    private async Task ExerciseAsync(Uri address)
    {
        var began = time.GetTimestamp();
        try
        {
            using var ended = new CancellationTokenSource(Patience, time);
            using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };

#pragma warning disable CA5359 // The certificate names the public host. It is this process that answers, and nothing secret is sent.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            using var http = new HttpClient(handler) { BaseAddress = address };
            http.DefaultRequestHeaders.Host = options.Value.Origin.Authority;
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var page in Pages)
                {
                    using var response = await http.GetAsync(new Uri(page, UriKind.Relative), ended.Token);
                    response.EnsureSuccessStatusCode();
                    await response.Content.CopyToAsync(Stream.Null, ended.Token);
                }
            }

            LogDone(logger, time.GetElapsedTime(began).TotalMilliseconds);
        }
#pragma warning disable CA1031 // Whatever it is, the server can serve: only more slowly at first.
        catch (Exception e)
        {
            LogNotDone(logger, e);
        }
#pragma warning restore CA1031
        _isDone = true;
    }

    [LoggerMessage(EventId = 1401, Level = LogLevel.Information, Message = "Warmed up in {Milliseconds:F0} ms")]
    private static partial void LogDone(ILogger logger, double milliseconds);

    [LoggerMessage(EventId = 1402, Level = LogLevel.Warning, Message = "The server could not warm up; the first sign-ins will be slower")]
    private static partial void LogNotDone(ILogger logger, Exception exception);
}
