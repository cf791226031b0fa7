using System.Diagnostics;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// Counts what is asked of the store and, on PostgreSQL, of the database, from here until it is disposed. Tests of one
/// server run one after the other, so nobody else asks.
/// </summary>
internal sealed class Costs : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly Outage _store;
    private readonly int _before;
    private int _statements;

    internal Costs(OidcServer server)
    {
        _store = Outage.Of(server.Services);
        _before = _store.Commands;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (server.DatabaseName is { } name && activity.Tags.Any(tag => tag.Value == name))
                {
                    Interlocked.Increment(ref _statements);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    internal int StoreCommands => _store.Commands - _before;

    internal int SqlStatements => _statements;

    public void Dispose() => _listener.Dispose();
}
