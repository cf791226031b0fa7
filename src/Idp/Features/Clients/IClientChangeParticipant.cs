using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A feature that must act when a client is registered or its registration changes, in the transaction of the change.</summary>
internal interface IClientChangeParticipant
{
    /// <summary>Adjusts what waits for the client.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="before">The registration that is replaced; nothing for a new one, of which there may have been another before.</param>
    /// <param name="after">The registration from now on.</param>
    /// <param name="ct">Ends the waiting.</param>
    Task RecordAsync(SqlWork work, ClientMetadata? before, ClientMetadata after, CancellationToken ct);
}
