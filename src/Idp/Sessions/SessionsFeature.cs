using Microsoft.AspNetCore.Authentication;

namespace Moi.Identity.Idp.Sessions;

internal static class SessionsFeature
{
    internal static IServiceCollection AddIdpSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<BrowserMark>();
        services.AddScoped<SessionEnding>();
        services.AddScoped<SessionBeginning>();
        services.AddAuthentication(SessionAuthentication.Scheme_)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.Scheme_, null);
        services.AddAuthorization();
        return services;
    }
}
