using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Moi.Identity.Sessions;

namespace Moi.Identity.SignIn;

/// <summary>The session this browser had before the sign-in that is being completed.</summary>
internal sealed class BrowserSession(IOptionsMonitor<CookieAuthenticationOptions> cookies, CitizenTicketStore store)
{
    // The claim in which the cookie handler keeps the key of a ticket store.
    private const string KeyClaim = "Microsoft.AspNetCore.Authentication.Cookies-SessionId";

    /// <summary>Removes it from the store and hides its cookie from the sign-in, which therefore gets a new key.</summary>
    internal async Task EndEarlierAsync(HttpContext context)
    {
        if (KeyOf(context) is { } key)
        {
            await store.RemoveAsync(key).ConfigureAwait(false);
        }

        SessionCookieManager.ForgetEarlierSession(context);
    }

    /// <summary>The key of the session that this request came with, whether or not the session still exists.</summary>
    internal string? KeyOf(HttpContext context)
    {
        var cookie = cookies.Get(MoiIdentityDefaults.SessionScheme);
        return cookie.CookieManager.GetRequestCookie(context, cookie.Cookie.Name!) is { Length: > 0 } value
            ? cookie.TicketDataFormat.Unprotect(value)?.Principal.FindFirst(KeyClaim)?.Value
            : null;
    }
}
