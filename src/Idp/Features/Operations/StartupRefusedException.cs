using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>The server does not start, for reasons that whoever started it can mend.</summary>
internal sealed class StartupRefusedException(IReadOnlyCollection<string> problems)
    : Exception($"""
        The identity provider does not start with these settings:
        {string.Join('\n', problems.Select(problem => "  - " + problem))}
        Every setting is explained in docs/operations/configuration.md.
        """);

/// <summary>Says in plain words why the program ended, in place of a stack trace.</summary>
internal static class StartupFailures
{
    // sysexits.h: EX_CONFIG, "something was found in an unconfigured or misconfigured state".
    private const int Misconfigured = 78;

    // EX_UNAVAILABLE: another service is needed and does not answer; trying again later may help.
    private const int Unavailable = 69;

    private const string UndefinedTable = "42P01";

    /// <summary>Runs the program and returns its exit status.</summary>
    internal static async Task<int> ExplainAsync(Func<Task<int>> program)
    {
        try
        {
            return await program();
        }
        catch (StartupRefusedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Misconfigured;
        }
        catch (OperationCanceledException)
        {
            // It was asked to stop before it had begun; there is nothing to finish and nothing wrong.
            return 0;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"""
                {e.Message}
                Another program uses that port. Choose a free one: Idp__PublicOrigin in Development (for instance
                Idp__PublicOrigin=http://idp.localhost:5081), ASPNETCORE_URLS in Production.
                """);
            return Misconfigured;
        }
        catch (InvalidOperationException e) when (e.Source == "Microsoft.Extensions.Configuration.Binder")
        {
            await Console.Error.WriteLineAsync(new StartupRefusedException([e.Message]).Message);
            return Misconfigured;
        }
        catch (Exception e) when ((e as DbException ?? e.InnerException) is DbException database)
        {
            await Console.Error.WriteLineAsync(database.SqlState == UndefinedTable
                ? "The database lacks tables of this version. Run the command \"migrate\" first."
                : $"The database does not answer or refuses: {database.Message}\nLook at ConnectionStrings__Postgres and at the rights of its user.");
            return Unavailable;
        }
        catch (ShortLivedStoreException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message}\nLook at ConnectionStrings__Redis.");
            return Unavailable;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            await Console.Error.WriteLineAsync("The port is below 1024, which only root may listen on. Choose another and put a proxy before it.");
            return Misconfigured;
        }
    }
}
