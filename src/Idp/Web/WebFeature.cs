using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.Razor;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.WebEncoders;

namespace Moi.Identity.Idp.Web;

/// <summary>What every page shares: headers, languages, layout, error pages, files.</summary>
internal static class WebFeature
{
    internal static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Assets>();
        services.AddSingleton<ProtocolErrors>();
        services.AddSingleton<IStringLocalizerFactory, PageTexts>();
        services.AddLocalization();
        services.AddAntiforgery(options => options.FormFieldName = "__RequestVerificationToken");
        services.AddOptions<AntiforgeryOptions>().Configure<IOptions<IdpOptions>>(
            (options, idp) => options.Cookie = new FormCookie(idp.Value.IsHttps));
        TabSafeAntiforgery.Decorate(services);

        // Chinese text is written as itself, not as numeric references: smaller, and readable in the page source.
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.Configure<KestrelServerOptions>(options => options.AddServerHeader = false);
        services.AddRazorPages(options =>
            {
                options.RootDirectory = "/Features";
                options.Conventions.AllowAnonymousToFolder("/Home");
            })
            .AddMvcOptions(options => options.Filters.Add<StaleFormFilter>())
            .AddViewLocalization()
            .AddDataAnnotationsLocalization();
        services.Configure<RazorViewEngineOptions>(options => options.PageViewLocationFormats.Add("/Web/{0}.cshtml"));
        services.Configure<RouteOptions>(options => options.LowercaseUrls = true);
        return services;
    }

    /// <summary>Comes first in the pipeline: what follows may fail, and its answer is a page all the same.</summary>
    internal static WebApplication UseWeb(this WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<SeeOther>();
        app.UseMiddleware<LanguageMiddleware>();
        app.UseMiddleware<Failures>();
        app.UseMiddleware<HostCheck>();
        return app;
    }

    internal static WebApplication MapWeb(this WebApplication app)
    {
        app.Services.GetRequiredService<Assets>().Map(app);
        PublicFiles.Map(app);
        app.MapRazorPages();
        return app;
    }
}
