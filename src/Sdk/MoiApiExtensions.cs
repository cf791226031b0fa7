using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Moi.Identity.Api;
using Moi.Identity.Assurance;
using Moi.Identity.Diagnostics;

namespace Moi.Identity;

/// <summary>Protects an API with the provider's access tokens.</summary>
public static class MoiApiExtensions
{
    /// <summary>
    /// Adds the authentication scheme <see cref="MoiIdentityDefaults.ApiScheme"/>: JWT access tokens of the provider (RFC 9068), bearer or
    /// bound to a DPoP key (RFC 9449) or a client certificate (RFC 8705). Binds section <c>MoiIdentityApi</c>.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes settings in code, after the configuration was bound.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// An endpoint says what it wants: <see cref="RequireToken"/>, <see cref="RequireScope"/>, <see cref="RequireScopeAttribute"/>,
    /// <see cref="RequireAssuranceAttribute"/>. It is the default scheme unless the application signs citizens in too.
    /// </remarks>
    /// <exception cref="OptionsValidationException">At start: a setting is wrong. All mistakes are listed with their codes.</exception>
    public static IHostApplicationBuilder AddMoiIdentityApi(
        this IHostApplicationBuilder builder, Action<MoiIdentityApiOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var configuration = builder.Configuration;
        services.AddSingleton<IValidateOptions<MoiIdentityApiOptions>, MoiIdentityApiOptionsValidator>();
        var options = services.AddOptions<MoiIdentityApiOptions>()
            .Configure(api =>
            {
                // What the application says of itself and its provider once holds here too.
                var moi = configuration.GetSection(MoiIdentityDefaults.Section);
                api.Authority = moi[nameof(MoiIdentityOptions.Authority)] ?? "";
                api.PublicOrigin = moi[nameof(MoiIdentityOptions.PublicOrigin)] ?? "";
                api.Redis = moi[nameof(MoiIdentityOptions.Redis)];
            })
            .Bind(configuration.GetSection(MoiIdentityDefaults.ApiSection))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddDataProtection();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<ApiNonces>();
        services.AddSingleton<ProofOfPossession>();
        services.TryAddSingleton<IDpopReplayCache>(provider =>
        {
            var api = provider.GetRequiredService<IOptions<MoiIdentityApiOptions>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            return api.Redis is { } redis ? new RedisReplayCache(redis, api.Audience, time) : new MemoryReplayCache(time);
        });
        services.AddAuthentication(authentication => authentication.DefaultScheme ??= MoiIdentityDefaults.ApiScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiTokenHandler>(MoiIdentityDefaults.ApiScheme, displayName: null, configureOptions: null);
        AddRequirements(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAuthorizationHandler, RequireScopeHandler>());
        return builder;
    }

    /// <summary>Lets only a caller with a good access token in.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new AuthorizationPolicyBuilder(MoiIdentityDefaults.ApiScheme).RequireAuthenticatedUser().Build());

    /// <summary>Lets only an access token in that has one of some scopes.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="scopes">The scopes, of which one is enough.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(new RequireScopeAttribute(scopes));

    /// <summary>What sign-in and API have in common: step-up, as a journey or as an answer.</summary>
    internal static void AddRequirements(IServiceCollection services)
    {
        services.AddAuthorization();
        services.TryAddSingleton<MoiTelemetry>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAuthorizationHandler, RequireAssuranceHandler>());
        services.Replace(ServiceDescriptor.Singleton<IAuthorizationMiddlewareResultHandler, StepUpResultHandler>());
    }
}
