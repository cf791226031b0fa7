using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using Moi.Identity.Idp.Features.Oidc.ClientCredentials;
using Moi.Identity.Idp.Features.Oidc.Devices;
using Moi.Identity.Idp.Features.Oidc.Discovery;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Features.Oidc.Resources;
using Moi.Identity.Idp.Features.Oidc.TokenExchange;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Moi.Identity.Idp.Features.Oidc;

internal static class OidcFeature
{
    /// <summary>Everything but the two endpoints that a browser visits.</summary>
    private static readonly string[] ForPrograms =
    [
        "/connect/par", "/connect/token", "/connect/device", "/connect/userinfo", "/connect/introspect", "/connect/revoke", "/connect/jwks",
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
    ];

    internal static IServiceCollection AddOidc(this IServiceCollection services)
    {
        services.AddClients();
        services.AddSingleton<GrantStore>();
        services.AddSingleton<RefreshTokenStore>();
        services.AddSingleton<SingleUseTokens>();
        services.AddSingleton<RevokedTokens>();
        services.AddSingleton<LiveTokens>();
        services.AddSingleton<DeviceRequests>();
        services.AddRecords(DeviceRequest.Kind).AddRecords(UserCodeEntry.Kind);
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<RemoteKeys>();
        services.AddSingleton<DiscoveryDocument>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<LogoutSender>();
        services.AddHostedService(sp => sp.GetRequiredService<LogoutSender>());
        services.AddSingleton<ISessionEndParticipant, EndGrantsOfSession>();
        services.AddRecords(LogoutRequest.Kind);
        services.AddPruningRule(RefreshTokenStore.Pruning).AddPruningRule(GrantStore.Pruning);
        services.AddSingleton<SigningKeyRing>();
        services.AddHostedService(sp => sp.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>, ConfigureKeys>();
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(
            sp => sp.GetRequiredService<SigningKeyRing>());
        services.Configure<ProtocolEndpoints>(endpoints => endpoints.Paths.UnionWith(ForPrograms));
        services.AddHealthChecks().AddCheck<SigningKeysCheck>("signing_keys").AddCheck<ClientsCheck>("clients");
        services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<IdpOptions>>(
            (server, idp) => server.Issuer = new Uri(idp.Value.Issuer, UriKind.Absolute));
        services.AddOptions<OpenIddictServerAspNetCoreOptions>().Configure<IOptions<IdpOptions>>(
            (server, idp) => server.DisableTransportSecurityRequirement = !idp.Value.IsHttps);
        services.AddOpenIddict()
            .AddCore(core => core.SetDefaultApplicationEntity<Client>()
                .ReplaceApplicationStore<Client, ClientStore>(ServiceLifetime.Singleton)
                .DisableEntityCaching().DisableAdditionalFiltering())
            .AddServer(Configure);
        services.AddSingleton<IPostConfigureOptions<OpenIddictServerOptions>, ConfigureDevices>();
        services.AddSingleton<PipelineTable>();
        services.Replace(ServiceDescriptor.Scoped<IOpenIddictServerDispatcher, PipelineDispatcher>());
        return services;
    }

    internal static WebApplication MapOidc(this WebApplication app)
    {
        WellKnown.Map(app);
        return app;
    }

    private static void Configure(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris("connect/authorize")
            .SetPushedAuthorizationEndpointUris("connect/par")
            .SetTokenEndpointUris("connect/token")
            .SetUserInfoEndpointUris("connect/userinfo")
            .SetIntrospectionEndpointUris("connect/introspect")
            .SetRevocationEndpointUris("connect/revoke")
            .SetEndSessionEndpointUris("connect/logout")
            .SetConfigurationEndpointUris(Array.Empty<Uri>())
            .SetJsonWebKeySetEndpointUris(Array.Empty<Uri>());
        server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange()
            .AllowClientCredentialsFlow().AllowTokenExchangeFlow();

        // What the engine calls storage is off: codes, requests and refresh tokens are kept by the handlers below.
        server.DisableTokenStorage().DisableAuthorizationStorage().DisableAccessTokenEncryption();
        server.SetAuthorizationCodeLifetime(Lifetimes.Code)
            .SetAccessTokenLifetime(Lifetimes.AccessToken)
            .SetIdentityTokenLifetime(Lifetimes.IdToken)
            .SetRefreshTokenLifetime(Lifetimes.RefreshToken);
        server.Configure(options =>
        {
            options.RequestTokenLifetime = Lifetimes.PushedRequest;
            options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
            options.ResponseModes.Clear();
            options.ResponseModes.Add(ResponseModes.Query);
            options.ClientAuthenticationMethods.Clear();
            options.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.ClientSecretBasic);
            options.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.ClientSecretPost);
            options.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.PrivateKeyJwt);
            options.SubjectTokenTypes.Clear();
            options.SubjectTokenTypes.Add(TokenTypeIdentifiers.AccessToken);
            options.RequestedTokenTypes.Clear();
            options.RequestedTokenTypes.Add(TokenTypeIdentifiers.AccessToken);
            options.ActorTokenTypes.Clear();
            options.SubjectTypes.Clear();
            options.SubjectTypes.Add(SubjectTypes.Pairwise);
        });
        server.UseDataProtection().PreferDefaultAccessTokenFormat();
        server.UseAspNetCore();
        new Pipeline(server).Build();
    }

    /// <summary>
    /// Our handlers in the order in which a sign-in meets them. The engine's own run in between; where one of ours
    /// stands is said by its neighbour.
    /// </summary>
    private sealed class Pipeline(OpenIddictServerBuilder server)
    {
        internal void Build()
        {
            // Is it worth reading?
            Before<ProcessRequestContext, LimitBody>(Authentication.ExtractAuthorizationRequest.Descriptor);

            // Who is the client?
            After<ValidateTokenContext, ResolveAssertionKeys>(Protection.ResolveTokenValidationParameters.Descriptor);
            After<ValidateTokenContext, CheckAssertionClaims>(Protection.ValidateIdentityModelToken.Descriptor);
            Before<ProcessAuthenticationContext, RequireRegisteredMethod>(ValidateClientType.Descriptor);
            Replace<ProcessAuthenticationContext, CheckClientSecret>(ValidateClientSecret.Descriptor);
            Last<ValidatePushedAuthorizationRequestContext, ConsumeAssertion<ValidatePushedAuthorizationRequestContext>>();
            Last<ValidateTokenRequestContext, ConsumeAssertion<ValidateTokenRequestContext>>();
            After<ProcessAuthenticationContext, ConsumeAssertion<ProcessAuthenticationContext>>(ValidateClientCertificate.Descriptor);
            After<ProcessAuthenticationContext, LimitClient>(ValidateClientCertificate.Descriptor);

            // The authorization request.
            After<ExtractAuthorizationRequestContext, ResumeTransaction>(
                OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractAuthorizationRequestContext>.Descriptor);
            Replace<ValidateAuthorizationRequestContext, CheckScopes<ValidateAuthorizationRequestContext>>(
                Authentication.ValidateScopes.Descriptor);
            Replace<ValidatePushedAuthorizationRequestContext, CheckScopes<ValidatePushedAuthorizationRequestContext>>(
                Authentication.ValidatePushedScopes.Descriptor);
            After<ValidateAuthorizationRequestContext, RequirePushedRequest>(
                Authentication.ValidatePushedAuthorizationRequestsRequirement.Descriptor);
            After<HandleAuthorizationRequestContext, AuthorizeCitizen>(Authentication.AttachPrincipal.Descriptor);

            // Its answer, or the error and where that is told.
            After<ProcessErrorContext, NormalizeErrors>(AttachErrorParameters.Descriptor);
            After<ProcessErrorContext, LogRefusal>(AttachCustomErrorParameters.Descriptor);
            After<ApplyAuthorizationResponseContext, RedirectErrorsToClient>(Authentication.InferResponseMode.Descriptor);
            Before<ApplyAuthorizationResponseContext, ShowErrorPage>(
                OpenIddictServerAspNetCoreHandlers.Authentication.ProcessSelfRedirection.Descriptor);

            // A device without a browser asks (RFC 8628).
            Replace<ValidateDeviceAuthorizationRequestContext, CheckScopes<ValidateDeviceAuthorizationRequestContext>>(
                OpenIddictServerHandlers.Device.ValidateScopes.Descriptor);
            Replace<ValidateDeviceAuthorizationRequestContext, CheckClientScopes<ValidateDeviceAuthorizationRequestContext>>(
                OpenIddictServerHandlers.Device.ValidateScopePermissions.Descriptor);
            Last<HandleDeviceAuthorizationRequestContext, BeginDevice>();

            // Codes, pushed requests, refresh tokens.
            After<GenerateTokenContext, StoreSingleUseToken>(Protection.GenerateIdentityModelToken.Descriptor);
            After<ValidateTokenContext, SpendSingleUseToken>(Protection.RemoveDisallowedCharacters.Descriptor);
            Replace<ValidateTokenRequestContext, CheckScopes<ValidateTokenRequestContext>>(Exchange.ValidateScopes.Descriptor);
            Replace<ValidateTokenRequestContext, CheckClientScopes<ValidateTokenRequestContext>>(Exchange.ValidateScopePermissions.Descriptor);
            Replace<ValidateTokenRequestContext, CheckTarget>(Exchange.ValidateResources.Descriptor);
            Remove(
                Exchange.ValidateAudiences.Descriptor, Exchange.ValidateAudiencePermissions.Descriptor,
                Exchange.ValidateResourcePermissions.Descriptor);
            Replace<ValidateTokenRequestContext, CheckPresenter>(Exchange.ValidateAuthorizedParty.Descriptor);
            After<ValidateTokenRequestContext, CheckGrant>(Exchange.ValidateGrantedScopes.Descriptor);

            // Tokens for a device, for a client itself, for a service that acts for a citizen.
            After<ProcessAuthenticationContext, KeepDeviceCode>(EvaluateValidatedTokens.Descriptor);
            Before<ValidateTokenContext, ReadSubjectToken>(Protection.ResolveTokenValidationParameters.Descriptor);
            Before<ValidateTokenRequestContext, RedeemDeviceCode>(Exchange.ValidateAuthorizedParty.Descriptor);
            Before<ValidateTokenRequestContext, CheckClientTarget>(Exchange.ValidateAuthorizedParty.Descriptor);
            Before<ValidateTokenRequestContext, CheckExchange>(Exchange.ValidateAuthorizedParty.Descriptor);
            After<HandleTokenRequestContext, IssueClientToken>(Exchange.AttachPrincipal.Descriptor);
            After<HandleTokenRequestContext, IssueExchangedToken>(Exchange.AttachPrincipal.Descriptor);
            After<ProcessSignInContext, MakeAccessToken>(EvaluateGeneratedTokens.Descriptor);

            // What goes out.
            After<ProcessSignInContext, KeepRefreshToken>(EvaluateGeneratedTokens.Descriptor);
            Before<GenerateTokenContext, StoreRefreshToken>(Protection.AttachTokenSubject.Descriptor);
            After<GenerateTokenContext, ShapeJwt>(Protection.AttachTokenMetadata.Descriptor);
            Before<ApplyTokenResponseContext, CountTokenAnswers>(
                OpenIddictServerAspNetCoreHandlers.AttachHttpResponseCode<ApplyTokenResponseContext>.Descriptor);

            // What tokens are good for.
            Before<ValidateTokenContext, LimitTokenTypes>(Protection.ResolveTokenValidationParameters.Descriptor);
            After<HandleUserInfoRequestContext, AnswerUserInfo>(UserInfo.AttachClaims.Descriptor);
            Replace<ValidateIntrospectionRequestContext, CheckIntrospector>(Introspection.ValidateAuthorizedParty.Descriptor);
            After<HandleIntrospectionRequestContext, AnswerIntrospection>(Introspection.AttachApplicationClaims.Descriptor);
            Replace<HandleRevocationRequestContext, RevokeGrant>(Revocation.RevokeToken.Descriptor);

            // Signing out.
            After<HandleEndSessionRequestContext, EndSession>(OpenIddictServerHandlers.Session.AttachPrincipal.Descriptor);
            Before<ApplyEndSessionResponseContext, ShowLogoutError>(
                OpenIddictServerAspNetCoreHandlers.Session.ProcessSelfRedirection.Descriptor);
        }

        private void Before<TContext, THandler>(OpenIddictServerHandlerDescriptor neighbour)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(neighbour.Order - 1);

        private void After<TContext, THandler>(OpenIddictServerHandlerDescriptor neighbour)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(neighbour.Order + 1);

        private void Replace<TContext, THandler>(OpenIddictServerHandlerDescriptor replaced)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
        {
            server.RemoveEventHandler(replaced);
            Add<TContext, THandler>(replaced.Order);
        }

        private void Remove(params ReadOnlySpan<OpenIddictServerHandlerDescriptor> descriptors)
        {
            foreach (var descriptor in descriptors)
            {
                server.RemoveEventHandler(descriptor);
            }
        }

        private void Last<TContext, THandler>()
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(int.MaxValue - 500);

        private void Add<TContext, THandler>(int order)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => server.AddEventHandler<TContext>(handler => handler.UseSingletonHandler<THandler>().SetOrder(order));
    }
}
