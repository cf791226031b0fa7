using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>What waits in the outbox follows the registration: it is pushed to a client that fetched before, and never told to another agency.</summary>
internal sealed class FollowRegistration(TimeProvider time) : IClientChangeParticipant
{
    public async Task RecordAsync(SqlWork work, ClientMetadata? before, ClientMetadata after, CancellationToken ct)
    {
        // SECURITY: its subjects and sessions are those of the agency that had the id before.
        if (before?.Sector != after.Sector)
        {
            await work.DropWaitingAsync(after.ClientId, time.GetUtcNow(), ct);
        }
        else if (after.SecurityEvents?.Delivery == SecurityEventSubscription.Push)
        {
            await work.PushInsteadAsync(after.ClientId, time.GetUtcNow(), ct);
        }
    }
}
