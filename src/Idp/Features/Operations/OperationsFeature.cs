using System.Net;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Operations.Health;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>What an operator needs: checked settings, health, logs, traces and metrics, an orderly stop.</summary>
internal static class OperationsFeature
{
    internal static void AddOperations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<KeyRingOptions>().BindConfiguration(KeyRingOptions.Section);
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section);
        services.AddOptions<ShutdownOptions>().BindConfiguration(ShutdownOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var shutdown = builder.Configuration.GetSection(ShutdownOptions.Section).Get<ShutdownOptions>() ?? new();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdown.Drain + shutdown.Finish);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>(Trust);

        services.AddKeyRing(builder.Configuration.GetSection(KeyRingOptions.Section).Get<KeyRingOptions>() ?? new());
        services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>, GuardKeyRing>();
        services.AddSingleton<DataFolder>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.AddSingleton<SelfExercise>();
        services.AddHostedService(provider => provider.GetRequiredService<SelfExercise>());
        services.AddIdpHealth();
        builder.AddIdpLogging();
        builder.AddIdpTelemetry();
    }

    /// <summary>Comes before everything that looks at the scheme or the sender's address.</summary>
    internal static void UseOperations(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.Trusted.Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    /// <summary>Comes after what shows errors and before everything that reads or writes protected data.</summary>
    internal static void UseKeyRing(this WebApplication app) => app.UseMiddleware<RefuseWithoutKeyRing>();

    internal static void MapOperations(this WebApplication app) => app.MapIdpHealth();

    private static void Trust(ForwardedHeadersOptions options, IOptions<ProxyOptions> proxies)
    {
        // The Host header is not taken from a proxy: there is one public origin, and it is configured.
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.ForwardLimit = null;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in proxies.Value.Trusted)
        {
            if (IPAddress.TryParse(entry, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(entry));
            }
        }
    }
}
