using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>One handler of an event, and what must hold for it to run.</summary>
/// <remarks>
/// Delegates, because a call through an interface with a type parameter costs more than most of these handlers do. A handler is made
/// when it first runs: some can be made only where the engine's storage is on, and never run where it is off.
/// </remarks>
internal sealed class PipelineStep<TContext>(OpenIddictServerHandlerDescriptor handler, IServiceProvider services)
    where TContext : BaseContext
{
    private Func<TContext, ValueTask>? _handle;

    internal Type HandlerType => handler.ServiceDescriptor.ServiceType;

    internal Func<TContext, ValueTask<bool>>[] Filters { get; } =
        [.. handler.FilterTypes.Select<Type, Func<TContext, ValueTask<bool>>>(
            type => ((IOpenIddictServerHandlerFilter<TContext>)services.GetRequiredService(type)).IsActiveAsync)];

    internal Func<TContext, ValueTask> Handle => _handle
        ??= ((IOpenIddictServerHandler<TContext>)(handler.ServiceDescriptor.ImplementationInstance ?? services.GetRequiredService(HandlerType))).HandleAsync;
}
