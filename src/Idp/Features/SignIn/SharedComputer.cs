using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>Remembers in the browser that it is a shared or public computer, where nobody is asked to make a passkey.</summary>
internal sealed class SharedComputer(SessionCookie cookie)
{
    private const string Name = "moi-shared";

    internal static bool IsMarked(HttpContext http) => http.Request.Cookies.ContainsKey(Name);

    internal void Mark(HttpContext http)
    {
        var options = cookie.Options;
        options.MaxAge = TimeSpan.FromDays(365);
        http.Response.Cookies.Append(Name, "1", options);
        http.Response.Cookies.Delete(LastWay.Name, cookie.Options);
    }
}
