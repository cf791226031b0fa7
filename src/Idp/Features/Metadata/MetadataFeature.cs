using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Metadata;

internal static class MetadataFeature
{
    /// <summary>Adds the FIDO metadata: stored, loaded by every server, brought by a command or a download.</summary>
    internal static IServiceCollection AddMetadata(this IServiceCollection services)
    {
        services.AddOptions<MetadataOptions>().BindConfiguration(MetadataOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<MetadataOptions>, MetadataOptionsValidator>();
        services.AddSingleton<MetadataTrustFactory>();
        services.AddSingleton(new MetadataStore());
        services.AddSingleton(provider => new AttestationTrustSource(provider.GetRequiredService<MetadataStore>()));
        services.AddSingleton<MetadataCatalog>();
        services.AddHostedService(provider => provider.GetRequiredService<MetadataCatalog>());
        services.AddSingleton<MetadataImport>();
        services.AddSingleton<MetadataUpdates>();
        services.AddHostedService(provider => provider.GetRequiredService<MetadataUpdates>());
        services.AddSingleton<CredentialReview>();
        services.AddHostedService<CredentialReviews>();
        services.AddHealthChecks().AddCheck<MetadataCheck>("metadata");
        return services;
    }
}
