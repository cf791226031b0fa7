using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moi.Identity.Pages;
using Moi.Identity.Sessions;

namespace Moi.Identity.SignIn;

/// <summary>ASP.NET Core's cookie handler as the key to a session on the server.</summary>
internal sealed class SessionCookieSetup(IOptions<MoiIdentityOptions> options, CitizenTicketStore store)
    : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    public void Configure(CookieAuthenticationOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, CookieAuthenticationOptions cookies)
    {
        if (name != MoiIdentityDefaults.SessionScheme)
        {
            return;
        }

        var moi = options.Value;
        cookies.SessionStore = store;
        cookies.CookieManager = new SessionCookieManager();
        cookies.ExpireTimeSpan = moi.SessionLifetime;
        cookies.SlidingExpiration = false;
        cookies.ForwardChallenge = MoiIdentityDefaults.ChallengeScheme;

        cookies.Cookie.Name = SignInCookies.SessionName(moi);
        cookies.Cookie.Path = "/";
        cookies.Cookie.HttpOnly = true;
        cookies.Cookie.SameSite = SameSiteMode.Lax;
        cookies.Cookie.SecurePolicy = moi.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookies.Events.OnRedirectToAccessDenied = context => context.HttpContext.RequestServices
            .GetRequiredService<Page>().ShowAsync(context.HttpContext, SignInProblem.NotAllowed);
    }
}
