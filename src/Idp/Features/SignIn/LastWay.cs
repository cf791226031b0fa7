using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>With what somebody signs in.</summary>
internal enum SignInWay
{
    /// <summary>A passkey on the device that the page is on.</summary>
    ThisDevice,

    /// <summary>A phone or tablet beside it.</summary>
    Phone,

    SecurityKey,
}

/// <summary>
/// Remembers in the browser how the last sign-in was done, so that the page offers that first. The cookie says one of
/// three words and nothing about who it was; a shared computer keeps none.
/// </summary>
internal sealed class LastWay(SessionCookie cookie)
{
    internal const string Name = "moi-way";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The way of the last sign-in in this browser.</summary>
    internal static SignInWay Of(HttpContext http)
        => SharedComputer.IsMarked(http) ? SignInWay.ThisDevice : http.Request.Cookies[Name] switch
        {
            "phone" => SignInWay.Phone,
            "key" => SignInWay.SecurityKey,
            _ => SignInWay.ThisDevice,
        };

    /// <summary>Remembers a sign-in that succeeded.</summary>
    /// <param name="http">The request of the browser.</param>
    /// <param name="attachment">What the browser reported of this very use, if anything.</param>
    /// <param name="transports">How the passkey was reachable when it was made.</param>
    internal void Remember(HttpContext http, string? attachment, IReadOnlyList<string> transports)
    {
        if (SharedComputer.IsMarked(http) || attachment is null)
        {
            return;
        }

        var options = cookie.Options;
        options.MaxAge = Lifetime;
        http.Response.Cookies.Append(Name, Word(attachment, transports), options);
    }

    private static string Word(string attachment, IReadOnlyList<string> transports)
        => attachment == "platform" ? "device"
            : transports.Contains("internal") || transports.Contains("hybrid") ? "phone"
            : "key";
}
