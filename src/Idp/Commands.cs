using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Features.Operations;

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
                return await Migrate.RunAsync(app.Services, CancellationToken.None);
            case ["keyring", "rewrap"]:
                return await RewrapKeyRing.RunAsync(app.Services, CancellationToken.None);
            case ["administrators", "invite"]:
                return await AdministratorsFeature.InviteAsync(app.Services, CancellationToken.None);
            default:
                return null;
        }
    }
}
