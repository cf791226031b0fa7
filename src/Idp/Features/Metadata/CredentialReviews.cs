using System.Security.Cryptography;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>Starts a review within a minute after new metadata came, and once a day. Of several servers one does it.</summary>
internal sealed partial class CredentialReviews(
    CredentialReview review, IShortLivedStore store, TimeProvider time, ILogger<CredentialReviews> logger) : BackgroundService
{
    private const int MostSeconds = 60;

    /// <summary>If the server that began one dies, another begins anew after this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly byte[] Taken = [1];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(RandomNumberGenerator.GetInt32(MostSeconds / 2, MostSeconds)), time, stoppingToken);
                if (await review.IsDueAsync(stoppingToken) && await store.TryAddAsync("credential-review", Taken, Patience, stoppingToken))
                {
                    try
                    {
                        await review.RunAsync(stoppingToken);
                    }
                    finally
                    {
                        await store.RemoveAsync("credential-review", CancellationToken.None);
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; it is tried again.
            catch (Exception e)
            {
                LogFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }

    [LoggerMessage(EventId = 2332, Level = LogLevel.Error, Message = "Passkeys could not be judged by the FIDO metadata; this is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
