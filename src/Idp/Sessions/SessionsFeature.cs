using Microsoft.AspNetCore.Authentication;
using Moi.Identity.Idp.Data.Pruning;

namespace Moi.Identity.Idp.Sessions;

internal static class SessionsFeature
{
    internal static IServiceCollection AddIdpSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<BrowserMark>();
        services.AddScoped<SessionEnding>();
        services.AddSingleton<AccountChanges>();
        services.AddPruningRule(EndedSession.Pruning);
        services.AddScoped<SessionBeginning>();
        services.AddAuthentication(SessionAuthentication.Scheme_)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.Scheme_, null);
        services.AddAuthorization();
        return services;
    }
}
