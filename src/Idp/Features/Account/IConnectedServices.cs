using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>An agency's service that the citizen has signed in to and may still read something of theirs.</summary>
internal sealed record ConnectedService
{
    public required string ClientId { get; init; }

    /// <summary>The service's name in the language of the request.</summary>
    public required string Name { get; init; }

    /// <summary>The agency's name in the language of the request.</summary>
    public required string Agency { get; init; }

    /// <summary>What it receives, in the words of the consent page.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    public required DateTimeOffset FirstUsedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>The service's own address, or nothing.</summary>
    public string? Address { get; init; }
}

/// <summary>What the account pages want to know of agencies' services. The OpenID Connect feature answers.</summary>
internal interface IConnectedServices
{
    /// <summary>The services of a citizen, the most recently used first.</summary>
    Task<IReadOnlyList<ConnectedService>> ListAsync(Guid citizenId, CancellationToken ct);

    /// <summary>How many services can go on for the citizen from sessions that are over, because they got a refresh token there.</summary>
    /// <param name="citizenId">Who.</param>
    /// <param name="open">The sessions that are not over.</param>
    /// <param name="ct">Ends the question.</param>
    Task<int> CountLeftConnectedAsync(Guid citizenId, IReadOnlyCollection<string> open, CancellationToken ct);

    /// <summary>Ends the service's access: consent, grants and refresh tokens; its sessions are told to end.</summary>
    /// <returns>False if there was nothing to end.</returns>
    Task<bool> RevokeAsync(Session session, string clientId, CancellationToken ct);

    /// <summary>A service's name in the language of the request; nothing if it is not known any more.</summary>
    Task<string?> NameAsync(string clientId, CancellationToken ct);
}

/// <summary>For a server without OpenID Connect: nothing is connected.</summary>
internal sealed class NoConnectedServices : IConnectedServices
{
    public Task<IReadOnlyList<ConnectedService>> ListAsync(Guid citizenId, CancellationToken ct)
        => Task.FromResult<IReadOnlyList<ConnectedService>>([]);

    public Task<int> CountLeftConnectedAsync(Guid citizenId, IReadOnlyCollection<string> open, CancellationToken ct) => Task.FromResult(0);

    public Task<bool> RevokeAsync(Session session, string clientId, CancellationToken ct) => Task.FromResult(false);

    public Task<string?> NameAsync(string clientId, CancellationToken ct) => Task.FromResult<string?>(null);
}
