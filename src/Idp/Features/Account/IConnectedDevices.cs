using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>A device without a browser that acts for the citizen at a service.</summary>
internal sealed record ConnectedDevice(Guid Id, string ClientId, DateTimeOffset Since);

/// <summary>What the account pages want to know of such devices. The OpenID Connect feature answers.</summary>
internal interface IConnectedDevices
{
    /// <summary>The devices of a citizen, the newest first.</summary>
    Task<IReadOnlyList<ConnectedDevice>> ListAsync(Guid citizenId, CancellationToken ct);

    /// <summary>Ends what one device of this citizen may do, or all of them; somebody else's is as good as none.</summary>
    Task EndAsync(Session session, Guid? id, CancellationToken ct);
}
