using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

internal static class SecurityEventsFeature
{
    /// <summary>Adds Shared Signals: events to clients that subscribed, pushed or fetched.</summary>
    internal static IServiceCollection AddSecurityEvents(this IServiceCollection services)
        => services.AddSingleton<SecurityEventTokens>()
            .AddSingleton<SecurityEventNotices>()
            .AddSingleton<IAccountChangeParticipant, TellServices>()
            .AddSingleton<PollEvents>()
            .AddSingleton<SsfConfiguration>();
}
