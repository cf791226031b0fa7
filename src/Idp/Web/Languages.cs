using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Localization;

namespace Moi.Identity.Idp.Web;

/// <summary>One language of the pages.</summary>
/// <param name="Culture">What .NET calls it, and what <c>ui_locales</c> and the cookie carry.</param>
/// <param name="HtmlTag">The <c>lang</c> of a page.</param>
/// <param name="Name">Its name in itself.</param>
internal sealed record Language(CultureInfo Culture, string HtmlTag, string Name);

/// <summary>The two languages, and which one a request is answered in.</summary>
internal static class Languages
{
    internal const string Parameter = "ui_locales";

    internal const string CookieName = "moi-language";

    internal static readonly Language TraditionalChinese = new(CultureInfo.GetCultureInfo("zh-TW"), "zh-Hant-TW", "中文");

    internal static readonly Language English = new(CultureInfo.GetCultureInfo("en"), "en", "English");

    internal static readonly IReadOnlyList<Language> All = [TraditionalChinese, English];

    /// <summary>The language of the request being answered.</summary>
    internal static Language Current
        => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? English : TraditionalChinese;

    /// <summary>The one that it is not answered in.</summary>
    internal static Language Other => Current == English ? TraditionalChinese : English;

    /// <summary>The first language of a list of BCP 47 tags, separated by spaces, that pages exist in.</summary>
    internal static Language? FirstOf(string? tags)
        => tags?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FromTag).FirstOrDefault(l => l is not null);

    /// <summary>The page being shown, in another language.</summary>
    internal static string AddressIn(Language language, HttpRequest request)
    {
        var query = new QueryBuilder(request.Query
            .Where(pair => pair.Key != Parameter)
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? "")))
        {
            { Parameter, language.Culture.Name },
        };
        return request.PathBase + request.Path + query.ToQueryString();
    }

    /// <summary>The address, then the cookie that remembers it, then the browser's own preference.</summary>
    internal static Language Choose(HttpRequest request)
        => FirstOf(request.Query[Parameter])
            ?? FirstOf(request.Cookies[CookieName])
            ?? Preferred(request)
            ?? TraditionalChinese;

    private static Language? Preferred(HttpRequest request)
        => request.GetTypedHeaders().AcceptLanguage
            .Where(l => l.Quality is not 0)
            .OrderByDescending(l => l.Quality ?? 1)
            .Select(l => FromTag(l.Value.ToString()))
            .FirstOrDefault(l => l is not null);

    private static Language? FromTag(string tag) => tag.Split('-')[0].ToUpperInvariant() switch
    {
        "ZH" => TraditionalChinese,
        "EN" => English,
        _ => null,
    };
}

/// <summary>Answers each request in the citizen's language and remembers one asked for in the address.</summary>
internal sealed class LanguageMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var language = Languages.Choose(context.Request);
        CultureInfo.CurrentCulture = language.Culture;
        CultureInfo.CurrentUICulture = language.Culture;
        context.Features.Set<IRequestCultureFeature>(
            new RequestCultureFeature(new RequestCulture(language.Culture), provider: null));
        if (Languages.FirstOf(context.Request.Query[Languages.Parameter]) is { } asked
            && context.Request.Cookies[Languages.CookieName] != asked.Culture.Name)
        {
            context.Response.Cookies.Append(Languages.CookieName, asked.Culture.Name, new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = TimeSpan.FromDays(365),
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
            });
        }

        return next(context);
    }
}
