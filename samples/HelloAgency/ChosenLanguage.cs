using Microsoft.AspNetCore.Localization;

namespace HelloAgency;

/// <summary>The language switch: <c>?lang=en</c> or <c>?lang=zh-TW</c>, remembered in a cookie that says nothing else.</summary>
internal sealed class ChosenLanguage : RequestCultureProvider
{
    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var language = httpContext.Request.Query["lang"].ToString();
        if (language is not ("en" or "zh-TW"))
        {
            return NullProviderCultureResult;
        }

        httpContext.Response.Cookies.Append(
            "lang",
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)),
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = httpContext.Request.IsHttps });
        return Task.FromResult<ProviderCultureResult?>(new ProviderCultureResult(language));
    }
}
