using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace Moi.Identity.Sessions;

/// <summary>Hides the browser's earlier session from a new sign-in, so that every sign-in gets a key of its own.</summary>
/// <remarks>See <see cref="CitizenTicketStore.RenewAsync"/> for the attack.</remarks>
internal sealed class SessionCookieManager : ICookieManager
{
    private static readonly object Fresh = new();
    private readonly ChunkingCookieManager _inner = new();

    internal static void ForgetEarlierSession(HttpContext context) => context.Items[Fresh] = true;

    public string? GetRequestCookie(HttpContext context, string key) =>
        context.Items.ContainsKey(Fresh) ? null : _inner.GetRequestCookie(context, key);

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        _inner.AppendResponseCookie(context, key, value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
        _inner.DeleteCookie(context, key, options);
}
