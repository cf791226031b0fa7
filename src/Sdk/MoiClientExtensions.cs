using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Moi.Identity.BackChannel;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;
using Moi.Identity.Tokens;

namespace Moi.Identity;

/// <summary>A client of the provider without pages: a service that calls APIs, or an API that calls other APIs.</summary>
public static class MoiClientExtensions
{
    /// <summary>
    /// Makes the application a client of the provider, with keys of its own (<c>private_key_jwt</c>), so that <c>AddMoiClientToken</c> and
    /// <c>AddMoiOnBehalfOf</c> have tokens to give. Binds section <c>MoiIdentity</c>; <c>Authority</c> and <c>ClientId</c> are enough.
    /// <c>AddMoiIdentity</c> does this too.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes settings in code, after the configuration was bound.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="OptionsValidationException">At start: a setting is wrong. All mistakes are listed with their codes.</exception>
    public static IHostApplicationBuilder AddMoiIdentityClient(
        this IHostApplicationBuilder builder, Action<MoiIdentityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<MoiIdentityOptions>();
        if (!services.Any(service => service.ServiceType == typeof(Provider)))
        {
            services.AddSingleton<IValidateOptions<MoiIdentityOptions>, MoiIdentityOptionsValidator>();
            options.Bind(builder.Configuration.GetSection(MoiIdentityDefaults.Section)).ValidateOnStart();
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<ClientKeys>();
            services.AddSingleton<ClientAssertions>();
            services.AddSingleton<ClientCertificate>();
            services.AddSingleton<DpopKeys>();
            services.AddSingleton<DpopNonces>();
            services.AddSingleton<DpopProofs>();
            services.AddSingleton<RequestObjects>();
            services.AddSingleton<Provider>();
            services.AddSingleton<TokenEndpoint>();
            services.AddSingleton<TokenCache>();
            services.AddHostedService<MoiIdentityStartup>();
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        return builder;
    }

    /// <summary>Maps <c>/moi/jwks</c>, where the provider reads this client's public keys, and <c>/moi/client.json</c>. <c>MapMoiIdentity</c> does this too.</summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The same application.</returns>
    public static IEndpointRouteBuilder MapMoiIdentityClient(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Open to everyone on purpose: the provider comes without a credential, and nothing here is secret.
        var moi = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        moi.MapGet(MoiIdentityDefaults.JwksPath, (ClientKeys keys, ClientCertificate certificate) =>
            TypedResults.Json(new PublicJwks([.. keys.Reload().Select(k => k.ToPublicJwk()), .. certificate.ToPublicJwks()]), PublicJwks.Json, "application/jwk-set+json"));
        moi.MapGet(MoiIdentityDefaults.ClientMetadataPath, ClientMetadata.Handle);
        return endpoints;
    }
}
