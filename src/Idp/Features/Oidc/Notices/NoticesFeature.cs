using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

internal static class NoticesFeature
{
    /// <summary>Adds the outbox of what clients are told.</summary>
    internal static IServiceCollection AddNotices(this IServiceCollection services)
    {
        services.AddSingleton<NoticePost>();
        services.AddSingleton<NoticeDelivery>();
        services.AddSingleton<NoticeSender>();
        services.AddHostedService(sp => sp.GetRequiredService<NoticeSender>());
        services.AddSingleton<IClientChangeParticipant, FollowRegistration>();
        services.AddPruningRule(NoticeOutbox.Pruning);
        return services;
    }
}
