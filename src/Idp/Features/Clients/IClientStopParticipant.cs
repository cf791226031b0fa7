namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A feature that must act when a client is suspended or about to be removed.</summary>
internal interface IClientStopParticipant
{
    /// <summary>Ends what the client has. May run again for a client that has nothing left, or was left half way.</summary>
    Task StopAsync(ClientMetadata client, CancellationToken ct);
}
