using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>The interface of the FIDO Alliance's conformance tests for servers; off unless switched on, never in Production.</summary>
internal static class ConformanceFeature
{
    internal static IServiceCollection AddConformance(this IServiceCollection services)
    {
        services.AddOptions<ConformanceOptions>().BindConfiguration(ConformanceOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConformanceOptions>, ConformanceOptionsValidator>();
        services.AddRecords(ConformanceRegistration.Record);
        services.AddRecords(ConformanceAuthentication.Record);
        services.AddSingleton<ConformanceUsers>();
        services.AddSingleton<ConformanceMetadata>();
        services.AddSingleton<ConformanceEngine>();
        return services;
    }

    /// <summary>Maps the four routes, if they are switched on at all.</summary>
    internal static WebApplication MapConformance(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<ConformanceOptions>>().Value.Enabled)
        {
            return app;
        }

        // Made now, so that a folder that cannot be read stops the start and not the first test.
        app.Services.GetRequiredService<ConformanceEngine>();
        app.MapPost("/attestation/options", StartRegistration.HandleAsync).AllowAnonymous();
        app.MapPost("/attestation/result", FinishRegistration.HandleAsync).AllowAnonymous();
        app.MapPost("/assertion/options", StartAuthentication.HandleAsync).AllowAnonymous();
        app.MapPost("/assertion/result", FinishAuthentication.HandleAsync).AllowAnonymous();
        return app;
    }
}
