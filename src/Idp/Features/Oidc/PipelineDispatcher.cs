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
internal sealed partial class PipelineDispatcher(PipelineTable table, ILogger<PipelineDispatcher> logger) : IOpenIddictServerDispatcher
{
    public async ValueTask DispatchAsync<TContext>(TContext context)
        where TContext : BaseContext
    {
        var request = context as BaseRequestContext;
        var validation = context as BaseValidatingContext;
        foreach (var step in table.StepsOf<TContext>())
        {
            var isActive = true;
            foreach (var filter in step.Filters)
            {
                if (!await filter(context))
                {
                    isActive = false;
                    break;
                }
            }

            if (!isActive)
            {
                continue;
            }

            await step.Handle(context);
            if (request is { IsRequestHandled: true } or { IsRequestSkipped: true } || validation is { IsRejected: true })
            {
                LogEnded(typeof(TContext).Name, step.HandlerType.Name);
                return;
            }
        }
    }

    [LoggerMessage(EventId = 5002, Level = LogLevel.Debug, Message = "{Event} ended at {Handler}")]
    private partial void LogEnded(string @event, string handler);
}
