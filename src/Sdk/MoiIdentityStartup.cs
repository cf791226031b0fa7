using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moi.Identity.Keys;

namespace Moi.Identity;

/// <summary>Reads or makes the key pair before the first request, so that a folder that cannot be used is an error at start.</summary>
internal sealed partial class MoiIdentityStartup(
    ClientKeys keys, ClientCertificate certificate, DpopKeys dpop, IOptions<MoiIdentityOptions> options, ILogger<MoiIdentityStartup> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var moi = options.Value;
        keys.Reload();
        certificate.Load();
        if (moi.Dpop)
        {
            dpop.Reload();
        }

        LogReady(logger, moi.ClientId, moi.Authority, moi.PublicOrigin + MoiIdentityDefaults.JwksPath, keys.Signing.Kid);
        if (moi.UnsafeAllowHttp || moi.UnsafeAllowWithoutPar)
        {
            LogUnsafe(logger, $"UnsafeAllowHttp={moi.UnsafeAllowHttp}, UnsafeAllowWithoutPar={moi.UnsafeAllowWithoutPar}");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information,
        Message = "This application is client {ClientId} at {Authority}; public keys at {JwksUri}, signing with {Kid}")]
    private static partial void LogReady(ILogger logger, string clientId, string authority, string jwksUri, string kid);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "MOI040: unsafe settings of MoiIdentity are on: {Settings}")]
    private static partial void LogUnsafe(ILogger logger, string settings);
}
