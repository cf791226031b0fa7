using System.Globalization;
using System.Resources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.Net.Http.Headers;

namespace Moi.Identity.Pages;

/// <summary>The texts of the SDK's own pages, Traditional Chinese and English.</summary>
internal static class Words
{
    internal static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-TW");
    internal static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    private static readonly ResourceManager Texts = new("Moi.Identity.Pages.Words", typeof(Words).Assembly);

    internal static string Get(string key, CultureInfo culture) =>
        Texts.GetString(key, culture) ?? throw new MissingManifestResourceException(key);

    internal static CultureInfo LanguageOf(HttpContext context, string setting) => setting switch
    {
        "zh-TW" => Chinese,
        "en" => English,
        _ when context.Features.Get<IRequestCultureFeature>() is { } chosen => Nearest(chosen.RequestCulture.UICulture.Name),
        _ => FromHeader(context.Request),
    };

    /// <summary>A name in the language of the page, where there is one for it.</summary>
    internal static string? NameIn(CultureInfo language, IDictionary<string, string> names, string? otherwise) =>
        names.Where(name => Known(name.Key) == language).Select(name => name.Value).FirstOrDefault() ?? otherwise;

    private static CultureInfo FromHeader(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages)
            ? languages.OrderByDescending(l => l.Quality ?? 1)
                .Select(l => Known(l.Value.ToString()))
                .FirstOrDefault(l => l is not null) ?? Chinese
            : Chinese;

    private static CultureInfo Nearest(string name) => Known(name) ?? Chinese;

    private static CultureInfo? Known(string name) =>
        name.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : name.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
        : null;
}
