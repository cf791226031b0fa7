namespace Moi.Identity.Idp.Web;

/// <summary>The secret of a browser's forms. Over https no other host of the same site can set it (<c>__Host-</c>, RFC 6265bis §4.1.3.2).</summary>
/// <remarks>
/// SECURITY: forms are good for whoever has cookie and field, whoever is signed in; a host beside this one that could set the cookie
/// would bring a pair of its own along. Whether it is https is what the settings say, not the request behind a proxy.
/// </remarks>
internal sealed class FormCookie : CookieBuilder
{
    private readonly bool _isHttps;

    internal FormCookie(bool isHttps)
    {
        _isHttps = isHttps;
        Name = (isHttps ? "__Host-" : "") + "moi-form";
        HttpOnly = true;
        IsEssential = true;

        // Lax, not Strict: a citizen who comes from an agency brings the cookie along, so that the forms of other tabs stay good.
        SameSite = SameSiteMode.Lax;
    }

    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        options.Secure = _isHttps;
        options.Path = "/";
        return options;
    }
}
