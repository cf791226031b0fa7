using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>The steps of every kind of event, for the options that are in force.</summary>
/// <remarks>
/// All requests share the handlers, those too that the engine would make for each request: these hold nothing but managers, and the
/// managers nothing but the store of clients, which is one for the process.
/// </remarks>
internal sealed class PipelineTable(IOptionsMonitor<OpenIddictServerOptions> options, IServiceScopeFactory scopes) : IDisposable
{
    private readonly IServiceScope _scope = scopes.CreateScope();

    private volatile Lists _lists = new(null!);

    public void Dispose() => _scope.Dispose();

    internal PipelineStep<TContext>[] StepsOf<TContext>()
        where TContext : BaseContext
    {
        var current = options.CurrentValue;
        var lists = _lists;
        if (lists.Options != current)
        {
            // Keys were rotated: new options, with handlers of their own. Two threads may both do this; either will do.
            _lists = lists = new Lists(current);
        }

        return (PipelineStep<TContext>[])lists.Steps.GetOrAdd(
            typeof(TContext), static (_, made) => made.table.Make<TContext>(made.current), (table: this, current));
    }

    private PipelineStep<TContext>[] Make<TContext>(OpenIddictServerOptions current)
        where TContext : BaseContext
        => [.. current.Handlers.Where(handler => handler.ContextType == typeof(TContext)).Select(handler =>
            new PipelineStep<TContext>(handler, _scope.ServiceProvider))];

    private sealed record Lists(OpenIddictServerOptions Options)
    {
        internal ConcurrentDictionary<Type, object> Steps { get; } = new();
    }
}
