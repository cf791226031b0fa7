using Microsoft.AspNetCore.Localization;
using Moi.Identity;

namespace HelloAgency;

/// <summary>哈囉機關, the shortest correct agency: all of its signing in is in the three lines that say MoiIdentity.</summary>
public sealed class Program
{
    private Program()
    {
    }

    /// <summary>Runs the agency until it is told to stop.</summary>
    public static void Main(string[] args) => Build(args).Run();

    /// <summary>Makes the agency ready to run. <c>PublicOrigin</c> is its address; it listens there unless <c>urls</c> says otherwise.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = "HelloAgency" });
        var origin = builder.Configuration["PublicOrigin"] ?? "";
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? origin);

        builder.AddMoiIdentity(options => options.PublicOrigin = origin);

        builder.Services.AddLocalization();
        builder.Services.AddRazorPages();
        builder.Services.AddWebEncoders(web => web.TextEncoderSettings = new(System.Text.Unicode.UnicodeRanges.All));

        var app = builder.Build();
        app.UseRequestLocalization(Languages());
        app.UseExceptionHandler("/error");
        app.UseStatusCodePagesWithReExecute("/error", "?status={0}");
        app.UseMiddleware<SecurityHeaders>();
        app.UseStaticFiles();

        app.UseMoiIdentity();
        app.MapMoiIdentity();

        app.MapRazorPages();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        return app;
    }

    /// <summary>Traditional Chinese first; English by <c>?lang=en</c>, which a cookie remembers, or by the browser's own setting.</summary>
    private static RequestLocalizationOptions Languages()
    {
        var options = new RequestLocalizationOptions { ApplyCurrentCultureToResponseHeaders = true }
            .SetDefaultCulture("zh-TW")
            .AddSupportedCultures("zh-TW", "en")
            .AddSupportedUICultures("zh-TW", "en");
        options.RequestCultureProviders =
            [new ChosenLanguage(), new CookieRequestCultureProvider { CookieName = "lang" }, new AcceptLanguageHeaderRequestCultureProvider()];
        return options;
    }
}
