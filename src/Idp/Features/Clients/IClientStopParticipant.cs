using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>
/// A feature that must act when a client is suspended or removed: its statements run in the transaction of the change, its notices
/// go out afterwards.
/// </summary>
internal interface IClientStopParticipant
{
    /// <summary>Ends what the client has. May run again for a client that has nothing left.</summary>
    Task RecordAsync(SqlWork work, ClientMetadata client, CancellationToken ct);

    /// <summary>Runs once the transaction is committed. Must not throw.</summary>
    void Announce();
}
