using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Sessions;

/// <summary>The two cookies of the server: the session, and a random mark of the browser that ceremonies are bound to.</summary>
internal sealed class SessionCookie(IOptions<IdpOptions> options)
{
    /// <summary><c>__Host-</c> ties a cookie to this host and to https; browsers refuse the prefix over plain http.</summary>
    private string Prefix => options.Value.IsHttps ? "__Host-" : "";

    internal string SessionName => Prefix + "moi-session";

    internal string BrowserName => Prefix + "moi-browser";

    /// <summary>Takes the session cookie away from this browser, after its session has ended.</summary>
    internal void Clear(HttpContext http) => http.Response.Cookies.Delete(SessionName, Options);

    internal CookieOptions Options => new()
    {
        HttpOnly = true,
        Secure = options.Value.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    };
}
