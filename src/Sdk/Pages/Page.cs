using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Pages;

/// <summary>The few pages the SDK shows itself: no script, no inline style, nothing from elsewhere.</summary>
internal sealed class Page(IOptions<MoiIdentityOptions> options)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    internal CultureInfo Language(HttpContext context) => Words.LanguageOf(context, options.Value.Language);

    /// <param name="context">The request to answer.</param>
    /// <param name="problem">What happened.</param>
    /// <param name="retry">A path of this application that tries the same again, if there is one.</param>
    internal Task ShowAsync(HttpContext context, SignInProblem problem, string? retry = null)
    {
        var language = Language(context);
        var trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        var ways = "";
        if (LocalPath.IsLocal(retry))
        {
            ways += Way(retry!, Words.Get("Retry", language), primary: true);
        }

        return WriteAsync(context, problem.Status, language, problem.Name, ways, $"""
            <p class="small">{Encode(Words.Get("Code", language))} <code>{problem.Code}</code><br>
            {Encode(Words.Get("Trace", language))} <code>{Encode(trace)}</code></p>
            """);
    }

    internal Task ShowSignedOutAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status200OK, Language(context), "SignedOut", "", "");

    private Task WriteAsync(HttpContext context, int status, CultureInfo language, string name, string ways, string small)
    {
        var home = context.Request.PathBase + "/";
        var title = Encode(Words.Get(name + ".Title", language));
        var service = Words.NameIn(language, options.Value.ClientNames, options.Value.ClientName);
        var agency = Words.NameIn(language, options.Value.AgencyNames, options.Value.AgencyName);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = language.Name;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

        // The address of the page may hold a code or an error meant for nobody else.
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        return response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="{(language.Name == "en" ? "en" : "zh-Hant-TW")}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}{(service is null ? "" : " - " + Encode(service))}</title>
            <link rel="stylesheet" href="{Encode(context.Request.PathBase + MoiIdentityDefaults.StylePath)}">
            </head>
            <body>
            {Header(agency, service)}<main>
            <h1>{title}</h1>
            <p>{Encode(Words.Get(name + ".Text", language))}</p>
            <p class="ways">{ways}{Way(home, Words.Get("Home", language), primary: ways.Length == 0)}</p>
            {small}
            </main>
            </body>
            </html>
            """, context.RequestAborted);
    }

    /// <summary>Whose page it is, as far as the application has said so.</summary>
    private static string Header(string? agency, string? service) =>
        agency is null && service is null ? ""
        : "<header>\n" + Named("agency", agency == service ? null : agency) + Named("service", service) + "</header>\n";

    private static string Named(string kind, string? name) =>
        name is null ? "" : $"<p class=\"{kind}\">{Encode(name)}</p>\n";

    private static string Way(string path, string text, bool primary) =>
        $"""<a{(primary ? " class=\"primary\"" : "")} href="{Encode(path)}">{Encode(text)}</a> """;

    private static string Encode(string text) => Encoder.Encode(text);
}
