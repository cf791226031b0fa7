using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp;

/// <summary>Commands: <c>dotnet run --project src/Idp -- NAME …</c>. Without one the server starts.</summary>
internal static class Commands
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>Its exit status, or nothing when the server shall start.</returns>
    internal static async Task<int?> RunAsync(WebApplication app, string[] args)
    {
        switch (args)
        {
            case ["migrate", ..]:
                await DataFeature.MigrateAsync(app.Services, CancellationToken.None);
                await Console.Out.WriteLineAsync("The database is at the newest migration.");
                return 0;
            default:
                return null;
        }
    }
}
