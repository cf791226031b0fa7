using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Stands before the store of sessions and codes: it can say that it is away, and let something else happen at a certain moment.</summary>
public class Outage : DispatchProxy, IDisposable
{
    private IShortLivedStore _store = null!;
    private bool _isAway;
    private int _commands;
    private Func<Task>? _afterExchange;
    private (string Operation, Func<Task> What, string? Argument)? _before;

    /// <summary>How many operations there have been. Notices that something changed are not counted.</summary>
    internal int Commands => _commands;

    internal static Outage Of(IServiceProvider services) => (Outage)(object)services.GetRequiredService<IShortLivedStore>();

    /// <summary>Lets something happen after the next exchange of a value, before whoever made it goes on.</summary>
    internal void AfterExchange(Func<Task> what) => _afterExchange = what;

    /// <summary>Lets something happen before the next operation of this name, with this first argument if one is given, which waits for it.</summary>
    internal void Before(string operation, Func<Task> what, string? argument = null) => _before = (operation, what, argument);

    /// <summary>Puts one before the store that the application has chosen.</summary>
    internal static void Decorate(IServiceCollection services)
    {
        var chosen = services.Single(service => service.ServiceType == typeof(IShortLivedStore));
        services.Remove(chosen);
        services.AddSingleton(provider =>
        {
            var proxy = Create<IShortLivedStore, Outage>();
            ((Outage)(object)proxy)._store = (IShortLivedStore)(chosen.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, chosen.ImplementationType!));
            return proxy;
        });
    }

    /// <summary>The store is away until the result is disposed.</summary>
    internal static IDisposable Begin(IServiceProvider services)
    {
        var outage = Of(services);
        outage._isAway = true;
        return new Subscription(() => outage._isAway = false);
    }

    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name.EndsWith("Async", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _commands);
        }

        if (_before is ({ } operation, { } first, var argument) && operation == targetMethod.Name && (argument ?? args![0]) as string == args![0] as string)
        {
            _before = null;
            Task.Run(first).GetAwaiter().GetResult();
        }

        if (_isAway)
        {
            throw new ShortLivedStoreException("The store is away.");
        }

        var answer = targetMethod.Invoke(_store, args);
        return targetMethod.Name == nameof(IShortLivedStore.ExchangeAsync) && Interlocked.Exchange(ref _afterExchange, null) is { } what
            ? new ValueTask<byte[]?>(LaterAsync(((ValueTask<byte[]?>)answer!).AsTask(), what))
            : answer;
    }

    private static async Task<byte[]?> LaterAsync(Task<byte[]?> answer, Func<Task> what)
    {
        var value = await answer;
        await what();
        return value;
    }
}
