using System.Security.Cryptography;
using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>
/// Does what is due for the signing keys: at the start, in the background, because RSA keys take long to make, and once a
/// minute from then on. Every server looks; the database lets one of them act.
/// </summary>
internal sealed partial class RotateDueKeys : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly KeyRotation _rotation;
    private readonly TimeProvider _time;
    private readonly ILogger<RotateDueKeys> _logger;

    public RotateDueKeys(KeyRotation rotation, SigningKeyRing ring, IdpMetrics metrics, TimeProvider time, ILogger<RotateDueKeys> logger)
    {
        _rotation = rotation;
        _time = time;
        _logger = logger;
        metrics.ObserveSigningKeys(ring.TimeLeft);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _rotation.DoDueAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; the keys that are there go on, and this is tried again.
            catch (Exception e)
            {
                LogFailed(_logger, e);
            }
#pragma warning restore CA1031

            try
            {
                await Task.Delay(Interval * (1 + (RandomNumberGenerator.GetInt32(500) / 1000.0)), _time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(EventId = 5202, Level = LogLevel.Error, Message = "What is due for the signing keys could not be done; this is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
