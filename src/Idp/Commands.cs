using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Features.Assessment;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Citizens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.DynamicRegistration;
using Moi.Identity.Idp.Features.Metadata;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Operations;

namespace Moi.Identity.Idp;

/// <summary>Commands: <c>dotnet run --project src/Idp -- NAME …</c>. Without one the server starts.</summary>
internal static class Commands
{
    private const string Usage = """
        Commands of the identity provider; without one the server starts.
          migrate                  bring the database to the tables of this version
          keyring rewrap           encrypt the key ring with the current certificate
          administrators invite    print a link that makes one person an administrator
          clients apply FILE.json  register or change agencies' clients; also: list, export, check, delete ID
          registration token A N   let the developers of agency A, called N, register clients of the sandbox; also: revoke A
          keys list                the keys that sign tokens; also: rotate [--alg ALG] [--now], revoke KID
          citizens suspend ID      lock a citizen out and tell every service; also: reinstate ID
          notices report [CLIENT]  whether clients hear of sign-outs and security events
          metadata import FILE     store a BLOB of the FIDO Metadata Service; also: status
        """;

    // sysexits.h: EX_USAGE.
    private const int WrongUsage = 64;

    /// <summary>Whether the arguments name a command; settings begin with a dash.</summary>
    internal static bool IsCommand(string[] args) => args is [[not '-', ..], ..];

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>Its exit status.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        services.GetRequiredService<AuditContextFactory>().Operator = OperatorName.Read();
        switch (args)
        {
            case ["migrate"]:
                return await Migrate.RunAsync(services, CancellationToken.None);
            case ["keyring", "rewrap"]:
                return await RewrapKeyRing.RunAsync(services, CancellationToken.None);
            case ["administrators", "invite"]:
                return await AdministratorsFeature.InviteAsync(services, CancellationToken.None);
            case ["clients", "check", .. { Length: <= 1 } client]:
                return await AssessmentCommand.RunAsync(services, client.FirstOrDefault(), CancellationToken.None);
            case ["clients", .. var arguments]:
                return await ClientsCommand.RunAsync(services, arguments, CancellationToken.None);
            case ["registration", .. var arguments]:
                return await RegistrationCommand.RunAsync(services, arguments, CancellationToken.None);
            case ["keys", .. var arguments]:
                return await KeysCommand.RunAsync(services, arguments, CancellationToken.None);
            case ["citizens", .. var arguments]:
                return await CitizensCommand.RunAsync(services, arguments, CancellationToken.None);
            case ["notices", .. var arguments]:
                return await NoticesCommand.RunAsync(services, arguments, CancellationToken.None);
            case ["metadata", .. var arguments]:
                return await MetadataCommand.RunAsync(services, arguments, CancellationToken.None);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return WrongUsage;
        }
    }
}
