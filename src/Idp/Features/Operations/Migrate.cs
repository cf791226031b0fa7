using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Command <c>migrate</c>: brings the database to the tables of this version. Safe to run twice, or on several machines.</summary>
internal static class Migrate
{
    internal static async Task<int> RunAsync(IServiceProvider services, CancellationToken ct)
    {
        await DataFeature.MigrateAsync(services, ct);
        await Console.Out.WriteLineAsync("The database is at the newest migration.");
        return 0;
    }
}
