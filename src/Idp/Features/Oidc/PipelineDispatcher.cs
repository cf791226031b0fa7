using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// Runs the handlers of an event in their order, as the engine's own dispatcher does, from a list that is made once
/// for each kind of event.
/// </summary>
/// <remarks>
/// A sign-in dispatches some two hundred events. The engine looks through all three hundred handlers for each of them
/// and asks the container for every filter and every handler again.
/// </remarks>
internal sealed partial class PipelineDispatcher(
    PipelineTable table, IServiceProvider services, ILogger<PipelineDispatcher> logger) : IOpenIddictServerDispatcher
{
    public async ValueTask DispatchAsync<TContext>(TContext context)
        where TContext : BaseContext
    {
        foreach (var step in table.StepsOf<TContext>())
        {
            if (!await IsActiveAsync(step.Filters, context))
            {
                continue;
            }

            var handler = step.Handler ?? (IOpenIddictServerHandler<TContext>)services.GetRequiredService(step.ServiceType);
            await handler.HandleAsync(context);
            if (context is BaseRequestContext { IsRequestHandled: true } or BaseRequestContext { IsRequestSkipped: true }
                or BaseValidatingContext { IsRejected: true })
            {
                LogEnded(typeof(TContext).Name, step.ServiceType.Name);
                return;
            }
        }
    }

    private static async ValueTask<bool> IsActiveAsync<TContext>(
        IOpenIddictServerHandlerFilter<TContext>[] filters, TContext context)
        where TContext : BaseContext
    {
        foreach (var filter in filters)
        {
            if (!await filter.IsActiveAsync(context))
            {
                return false;
            }
        }

        return true;
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Debug, Message = "{Event} ended at {Handler}")]
    private partial void LogEnded(string @event, string handler);
}

/// <summary>One handler of an event. <paramref name="Handler"/> is missing where each request has its own.</summary>
internal sealed record PipelineStep<TContext>(
    Type ServiceType, IOpenIddictServerHandlerFilter<TContext>[] Filters, IOpenIddictServerHandler<TContext>? Handler)
    where TContext : BaseContext;

/// <summary>The steps of every kind of event, for the options that are in force.</summary>
internal sealed class PipelineTable(IOptionsMonitor<OpenIddictServerOptions> options, IServiceProvider root)
{
    private volatile Lists _lists = new(null!);

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
            new PipelineStep<TContext>(
                handler.ServiceDescriptor.ServiceType,
                [.. handler.FilterTypes.Select(type => (IOpenIddictServerHandlerFilter<TContext>)root.GetRequiredService(type))],
                handler.ServiceDescriptor switch
                {
                    { ImplementationInstance: IOpenIddictServerHandler<TContext> instance } => instance,
                    { Lifetime: ServiceLifetime.Singleton } single =>
                        (IOpenIddictServerHandler<TContext>)root.GetRequiredService(single.ServiceType),
                    _ => null,
                }))];

    private sealed record Lists(OpenIddictServerOptions Options)
    {
        internal ConcurrentDictionary<Type, object> Steps { get; } = new();
    }
}
