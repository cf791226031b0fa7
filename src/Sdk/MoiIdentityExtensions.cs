using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moi.Identity.Diagnostics;
using Moi.Identity.Keys;
using Moi.Identity.Pages;
using Moi.Identity.Sessions;
using Moi.Identity.SignIn;
using Moi.Identity.SignOut;
using Moi.Identity.Tokens;

namespace Moi.Identity;

/// <summary>The three calls that sign citizens in: <c>AddMoiIdentity</c>, <c>UseMoiIdentity</c>, <c>MapMoiIdentity</c>.</summary>
public static class MoiIdentityExtensions
{
    private const string Used = "Moi.Identity.Used";

    /// <summary>
    /// Adds sign-in with the national identity provider: OpenID Connect with pushed requests, PKCE and <c>private_key_jwt</c>,
    /// sessions on the server, step-up, back-channel logout, a health check and telemetry. Binds section <c>MoiIdentity</c>.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes settings in code, after the configuration was bound.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="OptionsValidationException">At start: a setting is wrong. All mistakes are listed with their codes.</exception>
    public static IHostApplicationBuilder AddMoiIdentity(
        this IHostApplicationBuilder builder, Action<MoiIdentityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddMoiIdentityClient(configure);
        services.Configure<MoiIdentityOptions>(options => options.SignsCitizensIn = true);
        services.AddHttpContextAccessor();
        AddSignIn(services);
        AddSessions(services);
        MoiApiExtensions.AddRequirements(services);
        services.AddSingleton<Page>();
        services.AddHealthChecks().AddCheck<MoiHealthCheck>(MoiIdentityDefaults.HealthCheckName, tags: ["ready"]);
        return builder;
    }

    /// <summary>
    /// Reads the citizen's session, keeps what a signed-in citizen is shown out of every cache (<c>Cache-Control: no-store</c>, unless the
    /// application sets its own), and applies authorization. Put it after error handling and security headers, before endpoints.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    public static IApplicationBuilder UseMoiIdentity(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Properties[Used] = true;
        return app.UseMiddleware<SignInProblemsMiddleware>().UseAuthentication().UseMiddleware<PrivateAnswersMiddleware>().UseAuthorization();
    }

    /// <summary>
    /// Maps <c>/moi/login</c>, <c>/moi/logout</c> (POST), <c>/moi/signed-out</c>, <c>/moi/backchannel-logout</c> (POST, for the provider),
    /// <c>/moi/jwks</c> and <c>/moi/client.json</c>. <c>/moi/callback</c> is served by <see cref="UseMoiIdentity"/>.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="InvalidOperationException">MOI012: <see cref="UseMoiIdentity"/> was not called before.</exception>
    public static IEndpointRouteBuilder MapMoiIdentity(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints is IApplicationBuilder app && !app.Properties.ContainsKey(Used))
        {
            throw new InvalidOperationException("MOI012: call app.UseMoiIdentity() before app.MapMoiIdentity().");
        }

        // Open to everyone on purpose: they come before a sign-in, after a sign-out, or from the provider.
        var moi = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        moi.MapGet(MoiIdentityDefaults.LoginPath, LoginEndpoint.HandleAsync);
        moi.MapPost(MoiIdentityDefaults.LogoutPath, LogoutEndpoint.HandleAsync);
        moi.MapGet(MoiIdentityDefaults.SignedOutPath, SignedOutEndpoint.HandleAsync);
        moi.MapPost(
                MoiIdentityDefaults.BackChannelLogoutPath,
                (HttpContext context, BackChannelLogoutEndpoint endpoint) => endpoint.HandleAsync(context))
            .DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(BackChannelLogoutEndpoint.LargestRequest));
        moi.MapGet(MoiIdentityDefaults.StylePath, () => TypedResults.Stream(
            typeof(Page).Assembly.GetManifestResourceStream("Moi.Identity.Pages.page.css")!, "text/css"));
        return endpoints.MapMoiIdentityClient();
    }

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddSingleton<KeptTokens>();
        services.AddSingleton<UserTokens>();
        services.AddSingleton<BrowserSession>();
        services.AddScoped<SignInEvents>();
        services.AddSingleton<BackChannelLogoutEndpoint>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OpenIdConnectSetup>();
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, SessionCookieSetup>();

        services
            .AddAuthentication(authentication =>
            {
                authentication.DefaultScheme = MoiIdentityDefaults.SessionScheme;
                authentication.DefaultChallengeScheme = MoiIdentityDefaults.ChallengeScheme;
            })
            .AddCookie(MoiIdentityDefaults.SessionScheme)
            .AddRemoteScheme<OpenIdConnectOptions, MoiChallengeHandler>(MoiIdentityDefaults.ChallengeScheme, displayName: null, _ => { });
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>());
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddSingleton(provider => new RedisConnection(provider.GetRequiredService<IOptions<MoiIdentityOptions>>().Value.Redis!));
        services.AddSingleton<MemorySessionRecords>();
        services.AddSingleton<RedisSessionRecords>();
        services.AddSingleton<ISessionRecords>(provider =>
            provider.GetRequiredService<IOptions<MoiIdentityOptions>>().Value.SessionStore == SessionStoreKind.Redis
                ? provider.GetRequiredService<RedisSessionRecords>()
                : provider.GetRequiredService<MemorySessionRecords>());
        services.AddSingleton<CitizenTicketStore>();
        services.AddSingleton<MoiSessions>();
        services.AddSingleton<IMoiSessions>(provider => provider.GetRequiredService<MoiSessions>());
        services.AddScoped(provider =>
            provider.GetRequiredService<IHttpContextAccessor>().HttpContext is { } context
            && CitizenContext.From(context.User, provider.GetRequiredService<TimeProvider>()) is { } citizen
                ? citizen
                : throw new InvalidOperationException("MOI013: nobody is signed in. Add RequireCitizen() to the endpoint that asks for CitizenContext."));

        // Sessions must outlive a restart; an application that keeps its Data Protection keys elsewhere goes first.
        services.AddDataProtection();
        services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>>(provider =>
            new PostConfigureOptions<KeyManagementOptions>(Options.DefaultName, management => management.XmlRepository ??=
                new FileSystemXmlRepository(
                    Directory.CreateDirectory(Path.Combine(provider.GetRequiredService<ClientKeys>().Folder, "data-protection")),
                    provider.GetRequiredService<ILoggerFactory>())));
    }
}
