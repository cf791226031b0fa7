using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Citizens;

/// <summary><c>citizens suspend ID [hijacking | bulk-account] | reinstate ID</c>.</summary>
internal static class CitizensCommand
{
    private const string Usage = """
        citizens suspend ID [REASON]   ends all sessions and tokens, tells every service, and lets nobody in;
                                       REASON, for services that hear of it: hijacking or bulk-account
        citizens reinstate ID          lets the citizen sign in again
        ID is the citizen's id, as the audit events have it.
        """;

    /// <returns>The exit status: 0 done, 1 refused, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        switch (arguments)
        {
            case ["suspend", var id] when Guid.TryParse(id, out var citizen):
                return await SuspendAsync(services, citizen, null, ct);
            case ["suspend", var id, ("hijacking" or "bulk-account") and var reason] when Guid.TryParse(id, out var citizen):
                return await SuspendAsync(services, citizen, reason, ct);
            case ["reinstate", var id] when Guid.TryParse(id, out var citizen):
                return await ReinstateAsync(services, citizen, ct);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> SuspendAsync(IServiceProvider services, Guid citizen, string? reason, CancellationToken ct)
    {
        await using var scope = await PrepareAsync(services, ct);
        var (done, sessions) = await scope.ServiceProvider.GetRequiredService<CitizenStanding>().SuspendAsync(citizen, reason, ct);
        return await SayAsync(
            done, $"{citizen} suspended; {sessions} sessions ended, services are told by the running server",
            $"There is no citizen {citizen} who could be suspended.");
    }

    private static async Task<int> ReinstateAsync(IServiceProvider services, Guid citizen, CancellationToken ct)
    {
        await using var scope = await PrepareAsync(services, ct);
        return await SayAsync(
            await scope.ServiceProvider.GetRequiredService<CitizenStanding>().ReinstateAsync(citizen, ct), $"{citizen} may sign in again",
            $"There is no suspended citizen {citizen}.");
    }

    private static async Task<AsyncServiceScope> PrepareAsync(IServiceProvider services, CancellationToken ct)
    {
        await DataFeature.PrepareAsync(services, ct);
        await services.GetRequiredService<ClientCatalog>().LoadAsync(ct);
        return services.CreateAsyncScope();
    }

    private static async Task<int> SayAsync(bool done, string yes, string no)
    {
        await (done ? Console.Out : Console.Error).WriteLineAsync(done ? yes : no);
        return done ? 0 : 1;
    }
}
