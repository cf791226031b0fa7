using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp;

/// <summary>What every start has in common, server or command.</summary>
internal static class IdpHost
{
    internal static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // Settings and pages lie beside the program; file names in commands are relative to where the person stands.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOptions<IdpOptions>().BindConfiguration(IdpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<IdpOptions>, IdpOptionsValidator>();
        ListenOnPublicOrigin(builder);
        return builder;
    }

    /// <summary>In Development the public origin is also the listening address; production names its own (ASPNETCORE_URLS).</summary>
    private static void ListenOnPublicOrigin(WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment() || builder.Configuration["urls"] is not null)
        {
            return;
        }

        var options = builder.Configuration.GetSection(IdpOptions.Section).Get<IdpOptions>() ?? new IdpOptions();
        if (Uri.TryCreate(options.PublicOrigin, UriKind.Absolute, out var origin))
        {
            builder.WebHost.UseUrls(origin.GetLeftPart(UriPartial.Authority));
        }
    }
}

/// <summary>Refuses origins that could not be compared exactly.</summary>
internal sealed class IdpOptionsValidator : IValidateOptions<IdpOptions>
{
    public ValidateOptionsResult Validate(string? name, IdpOptions options)
        => Uri.TryCreate(options.PublicOrigin, UriKind.Absolute, out var origin)
            && origin.Scheme is "http" or "https" && origin is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
            && options.PublicOrigin.TrimEnd('/') == origin.GetLeftPart(UriPartial.Authority)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    "Idp:PublicOrigin must be an origin in its browser spelling, such as https://id.example.gov.tw, without a path.");
}
