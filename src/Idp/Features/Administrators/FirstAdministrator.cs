using System.Data.Common;
using System.Net.Sockets;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>
/// On the very first start somebody must become administrator without one being there. Development prints the link;
/// in Production output is collected by systems that many people read, so there the command prints it on demand.
/// </summary>
internal sealed partial class FirstAdministrator(
    AdministratorInvitations invitations, IHostEnvironment environment, ILogger<FirstAdministrator> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await invitations.HasBegunAsync(stoppingToken))
            {
                return;
            }

            if (environment.IsDevelopment())
            {
                await Console.Out.WriteLineAsync(
                    "To enrol the first administrator (works once, for 24 hours): " + await invitations.CreateAsync(stoppingToken));
            }
            else
            {
                LogNobody(logger);
            }
        }
        catch (Exception e) when (e is DbException or SocketException)
        {
            // The database is away or not migrated, which readiness tells; the command works when it is back.
            LogUnknown(logger, e.GetType().Name);
        }
    }

    [LoggerMessage(EventId = 8101, Level = LogLevel.Warning,
        Message = "Nobody administers this server yet: run the command \"administrators invite\" for a one-time link")]
    private static partial void LogNobody(ILogger logger);

    [LoggerMessage(EventId = 8102, Level = LogLevel.Warning,
        Message = "Whether there is an administrator is not known, because the database does not answer ({Reason})")]
    private static partial void LogUnknown(ILogger logger, string reason);
}
