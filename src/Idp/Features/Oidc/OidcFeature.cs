using Microsoft.AspNetCore.Cors.Infrastructure;
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
using Moi.Identity.Idp.Features.Oidc.MutualTls;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Observed;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Oidc.Resources;
using Moi.Identity.Idp.Features.Oidc.SecurityEvents;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;
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
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", PollEvents.Path, SsfConfiguration.Path,
    ];

    internal static IServiceCollection AddOidc(this IServiceCollection services)
    {
        services.AddClients();
        services.AddSingleton<GrantStore>();
        services.AddSingleton<RefreshTokenStore>();
        services.AddSingleton<SingleUseTokens>();
        services.AddSingleton<ReplayCache>();
        services.AddSingleton<RevokedTokens>();
        services.AddSingleton<VerifiedTokens>();
        services.AddSingleton<LiveTokens>();
        services.AddSingleton<DeviceRequests>();
        services.AddRecords(DeviceRequest.Kind).AddRecords(UserCodeEntry.Kind);
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<RemoteKeys>();
        services.AddMutualTls();
        services.AddOptions<DpopOptions>().BindConfiguration(DpopOptions.Section);
        services.AddSingleton<DpopNonces>();
        services.AddSingleton<DiscoveryDocument>();
        services.AddCors();
        services.Replace(ServiceDescriptor.Singleton<ICorsPolicyProvider, CrossOrigin>());
        services.AddScoped<ClientOfRequest>();
        services.AddSingleton<RequestObject>();
        services.AddSingleton<Audiences>();
        services.AddSingleton<SignedAnswers>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<SessionNotices>();
        services.AddSingleton<IClientStopParticipant, EndGrantsOfClient>();
        services.AddNotices().AddSecurityEvents();
        services.AddSingleton<ISessionEndParticipant, EndGrantsOfSession>();
        services.AddRecords(LogoutRequest.Kind);
        services.AddSingleton<ObservedRequests>();
        services.AddHostedService(sp => sp.GetRequiredService<ObservedRequests>());
        services.AddPruningRule(RefreshTokenStore.Pruning).AddPruningRule(GrantStore.Pruning).AddPruningRule(ObservedRequests.Pruning);
        services.AddOptions<SigningKeyOptions>().BindConfiguration(SigningKeyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SigningKeyOptions>, SigningKeyOptionsValidator>();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<SigningKeyRing>();
        services.AddHostedService(sp => sp.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<KeyRotation>();
        services.AddHostedService<RotateDueKeys>();
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
        services.Replace(ServiceDescriptor.Singleton<IOpenIddictServerDispatcher, PipelineDispatcher>());
        return services;
    }

    /// <summary>Comes first of all: it looks at who is really connected, before forwarded addresses are believed.</summary>
    internal static void UseForwardedCertificates(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<IdpOptions>>().Value.MutualTls is { Enabled: true, ForwardedHeader: { Length: > 0 } })
        {
            app.UseMiddleware<ForwardedCertificate>();
        }
    }

    /// <summary>Before anything refuses a request: a page can read of a refusal only what this lets it.</summary>
    internal static void UseCrossOrigin(this WebApplication app) => app.UseCors();

    internal static WebApplication MapOidc(this WebApplication app)
    {
        WellKnown.Map(app);
        PollEvents.Map(app);
        DetailSchema.Map(app);
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
            options.ResponseModes.UnionWith(ResponseMode.All);
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
        private readonly HashSet<(Type Context, int Order)> _taken = [];

        internal void Build()
        {
            // Is it for us, and worth reading?
            Replace<ProcessRequestContext, RecognizeEndpoint>(InferEndpointType.Descriptor);
            Before<ProcessRequestContext, LimitBody>(Authentication.ExtractAuthorizationRequest.Descriptor);
            Before<ProcessRequestContext, ReadClientCertificate>(Authentication.ExtractAuthorizationRequest.Descriptor);
            RemoveCertificateExtraction();

            // Resources are those of the registered clients, checked by CheckWishes and CheckNarrowing.
            server.RemoveEventHandler(Authentication.ValidateResourceParameter.Descriptor)
                .RemoveEventHandler(Authentication.ValidatePushedResourceParameter.Descriptor)
                .RemoveEventHandler(Exchange.ValidateResourceParameter.Descriptor)
                .RemoveEventHandler(Exchange.ValidateResources.Descriptor)
                .IgnoreResourcePermissions();

            // Who is the client?
            Replace<ProcessAuthenticationContext, VerifyAssertion>(ValidateClientAssertion.Descriptor);
            Remove(ValidateClientAssertionWellknownClaims.Descriptor, ValidateClientAssertionIssuer.Descriptor);
            Before<ProcessAuthenticationContext, RequireRegisteredMethod>(ValidateClientId.Descriptor);
            Replace<ProcessAuthenticationContext, CheckClientSecret>(ValidateClientSecret.Descriptor);
            Replace<ProcessAuthenticationContext, CheckClientCertificate>(ValidateClientCertificate.Descriptor);
            Last<ValidatePushedAuthorizationRequestContext, ConsumeAssertion<ValidatePushedAuthorizationRequestContext>>();
            Last<ValidateTokenRequestContext, ConsumeAssertion<ValidateTokenRequestContext>>();
            After<ProcessAuthenticationContext, ConsumeAssertion<ProcessAuthenticationContext>>(ValidateClientCertificate.Descriptor);
            After<ProcessAuthenticationContext, MarkAuthenticatedClient>(ValidateClientCertificate.Descriptor);
            After<ProcessAuthenticationContext, LimitClient>(ValidateClientCertificate.Descriptor);

            // Which key or certificate will the tokens be bound to, and are they?
            Before<ProcessAuthenticationContext, CheckProof>(ValidateRequestToken.Descriptor);
            Before<ProcessAuthenticationContext, RequireCertificate>(ValidateRequestToken.Descriptor);
            BeforeLast<ValidatePushedAuthorizationRequestContext, CheckDpopKey<ValidatePushedAuthorizationRequestContext>>();
            BeforeLast<ValidateAuthorizationRequestContext, CheckDpopKey<ValidateAuthorizationRequestContext>>();
            AfterLast<ValidatePushedAuthorizationRequestContext, ConsumeProof<ValidatePushedAuthorizationRequestContext>>();
            AfterLast<ValidateTokenRequestContext, ConsumeProof<ValidateTokenRequestContext>>();
            AfterLast<ValidateUserInfoRequestContext, ConsumeProof<ValidateUserInfoRequestContext>>();
            Replace<ValidateTokenContext, CheckConfirmation>(Protection.ValidateProofOfPossession.Descriptor);
            After<ProcessSignInContext, BindTokens>(PrepareRefreshTokenPrincipal.Descriptor);
            After<ProcessSignInContext, NameTokenType>(AttachSignInParameters.Descriptor);
            After<ExtractUserInfoRequestContext, ReadAccessToken>(
                OpenIddictServerAspNetCoreHandlers.ExtractAccessToken<ExtractUserInfoRequestContext>.Descriptor);
            Replace<ApplyUserInfoResponseContext, ChallengeUserInfo>(
                OpenIddictServerAspNetCoreHandlers.AttachWwwAuthenticateHeader<ApplyUserInfoResponseContext>.Descriptor);

            // The authorization request.
            RefuseRepeated<ExtractAuthorizationRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractAuthorizationRequestContext>.Descriptor);
            After<ExtractAuthorizationRequestContext, TurnPostIntoGet>(
                OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractAuthorizationRequestContext>.Descriptor, 2);
            After<ExtractAuthorizationRequestContext, ResumeTransaction>(
                OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractAuthorizationRequestContext>.Descriptor, 3);
            After<ExtractAuthorizationRequestContext, ReadRequestObject<ExtractAuthorizationRequestContext>>(
                OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractAuthorizationRequestContext>.Descriptor, 4);
            RefuseRepeated<ExtractPushedAuthorizationRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractPushedAuthorizationRequestContext>.Descriptor);
            After<ExtractPushedAuthorizationRequestContext, ReadRequestObject<ExtractPushedAuthorizationRequestContext>>(
                OpenIddictServerAspNetCoreHandlers.ExtractBasicAuthenticationCredentials<ExtractPushedAuthorizationRequestContext>.Descriptor);
            RefuseRepeated<ExtractTokenRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractTokenRequestContext>.Descriptor);
            RefuseRepeated<ExtractDeviceAuthorizationRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractDeviceAuthorizationRequestContext>.Descriptor);
            RefuseRepeated<ExtractRevocationRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractRevocationRequestContext>.Descriptor);
            RefuseRepeated<ExtractIntrospectionRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractIntrospectionRequestContext>.Descriptor);
            RefuseRepeated<ExtractUserInfoRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor);
            RefuseRepeated<ExtractEndSessionRequestContext>(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractEndSessionRequestContext>.Descriptor);
            Replace<ValidateAuthorizationRequestContext, CheckScopes<ValidateAuthorizationRequestContext>>(
                Authentication.ValidateScopes.Descriptor);
            Replace<ValidatePushedAuthorizationRequestContext, CheckScopes<ValidatePushedAuthorizationRequestContext>>(
                Authentication.ValidatePushedScopes.Descriptor);
            Replace<ValidateAuthorizationRequestContext, CheckClientScopes<ValidateAuthorizationRequestContext>>(
                Authentication.ValidateScopePermissions.Descriptor);
            Replace<ValidatePushedAuthorizationRequestContext, CheckClientScopes<ValidatePushedAuthorizationRequestContext>>(
                Authentication.ValidatePushedScopePermissions.Descriptor);
            Replace<ValidateAuthorizationRequestContext, CheckWishes<ValidateAuthorizationRequestContext>>(
                Authentication.ValidateResources.Descriptor);
            Replace<ValidatePushedAuthorizationRequestContext, CheckWishes<ValidatePushedAuthorizationRequestContext>>(
                Authentication.ValidatePushedResources.Descriptor);
            Last<ValidateAuthorizationRequestContext, ConsumeRequestObject<ValidateAuthorizationRequestContext>>();
            Last<ValidatePushedAuthorizationRequestContext, ConsumeRequestObject<ValidatePushedAuthorizationRequestContext>>();
            After<ValidateAuthorizationRequestContext, RequirePushedRequest>(
                Authentication.ValidatePushedAuthorizationRequestsRequirement.Descriptor);
            After<HandleAuthorizationRequestContext, AuthorizeCitizen>(Authentication.AttachPrincipal.Descriptor);

            AfterAll<ValidateAuthorizationRequestContext, ObserveAuthorizationRequest<ValidateAuthorizationRequestContext>>();
            AfterAll<ValidatePushedAuthorizationRequestContext, ObserveAuthorizationRequest<ValidatePushedAuthorizationRequestContext>>();

            // Its answer, or the error and where that is told.
            After<ProcessErrorContext, NormalizeErrors>(AttachErrorParameters.Descriptor);
            After<ProcessErrorContext, LogRefusal>(AttachCustomErrorParameters.Descriptor);
            After<ApplyAuthorizationResponseContext, RedirectErrorsToClient>(Authentication.InferResponseMode.Descriptor);
            After<ApplyAuthorizationResponseContext, SignAuthorizationResponse>(Authentication.AttachIssuer.Descriptor);
            Before<ApplyAuthorizationResponseContext, ShowErrorPage>(
                OpenIddictServerAspNetCoreHandlers.Authentication.ProcessSelfRedirection.Descriptor);
            Replace<ApplyAuthorizationResponseContext, SendByForm>(
                OpenIddictServerAspNetCoreHandlers.Authentication.ProcessFormPostResponse.Descriptor);
            Replace<ApplyAuthorizationResponseContext, SendByQuery>(
                OpenIddictServerAspNetCoreHandlers.Authentication.ProcessQueryResponse.Descriptor);

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
            After<ValidateTokenRequestContext, CheckNarrowing>(Exchange.ValidateGrantedScopes.Descriptor, 2);

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
            After<ProcessSignInContext, LimitAudience>(PrepareIdentityTokenPrincipal.Descriptor);
            After<ProcessSignInContext, LimitAssurance>(PrepareIdentityTokenPrincipal.Descriptor, 2);
            After<ProcessSignInContext, AnswerDetails>(AttachSignInParameters.Descriptor);
            Before<GenerateTokenContext, StoreRefreshToken>(Protection.AttachTokenSubject.Descriptor);
            After<GenerateTokenContext, ShapeJwt>(Protection.AttachTokenMetadata.Descriptor);
            Before<ApplyTokenResponseContext, CountTokenAnswers>(
                OpenIddictServerAspNetCoreHandlers.AttachHttpResponseCode<ApplyTokenResponseContext>.Descriptor);

            Before<ApplyTokenResponseContext, ObserveTokenAnswer>(
                OpenIddictServerAspNetCoreHandlers.AttachHttpResponseCode<ApplyTokenResponseContext>.Descriptor);

            // RFC 7662 §2.1: the token is posted; RFC 6749 §2.3.1: so is the secret. The engine would take both from an address.
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractIntrospectionRequestContext>.Descriptor)
                .AddEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractPostRequest<ExtractIntrospectionRequestContext>.Descriptor);

            // What tokens are good for.
            Before<ValidateTokenContext, LimitTokenTypes>(Protection.ResolveTokenValidationParameters.Descriptor);
            Before<ValidateTokenContext, RecallAccessToken>(Protection.ValidateIdentityModelToken.Descriptor);
            After<ValidateTokenContext, RememberAccessToken>(Protection.ValidateIdentityModelToken.Descriptor);
            After<HandleUserInfoRequestContext, AnswerUserInfo>(UserInfo.AttachClaims.Descriptor);
            Before<ApplyUserInfoResponseContext, SignUserInfo>(
                OpenIddictServerAspNetCoreHandlers.ProcessJsonResponse<ApplyUserInfoResponseContext>.Descriptor);
            Replace<ValidateIntrospectionRequestContext, CheckIntrospectionCaller>(Introspection.ValidateAuthorizedParty.Descriptor);
            After<HandleIntrospectionRequestContext, AnswerIntrospection>(Introspection.AttachApplicationClaims.Descriptor);
            Before<ApplyIntrospectionResponseContext, SignIntrospection>(
                OpenIddictServerAspNetCoreHandlers.ProcessJsonResponse<ApplyIntrospectionResponseContext>.Descriptor);
            Replace<HandleRevocationRequestContext, RevokeGrant>(Revocation.RevokeToken.Descriptor);

            // Signing out.
            After<HandleEndSessionRequestContext, EndSession>(OpenIddictServerHandlers.Session.AttachPrincipal.Descriptor);
            Before<ApplyEndSessionResponseContext, ShowLogoutError>(
                OpenIddictServerAspNetCoreHandlers.Session.ProcessSelfRedirection.Descriptor);
        }

        private void Before<TContext, THandler>(OpenIddictServerHandlerDescriptor neighbour)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(neighbour.Order - 100);

        private void After<TContext, THandler>(OpenIddictServerHandlerDescriptor neighbour, int places = 1)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(neighbour.Order + places);

        /// <summary>As soon as the request is read.</summary>
        private void RefuseRepeated<TContext>(OpenIddictServerHandlerDescriptor extraction)
            where TContext : BaseValidatingContext
            => After<TContext, RefuseRepeatedParameters<TContext>>(extraction);

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

        private void BeforeLast<TContext, THandler>()
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(int.MaxValue - 600);

        private void AfterLast<TContext, THandler>()
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(int.MaxValue - 450);

        /// <summary>For what only looks on: whatever could refuse has not.</summary>
        private void AfterAll<TContext, THandler>()
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
            => Add<TContext, THandler>(int.MaxValue - 400);

        /// <summary>Certificates are read by our own handler, from proxies too, and only if that is switched on.</summary>
        private void RemoveCertificateExtraction()
        {
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractPushedAuthorizationRequestContext>.Descriptor);
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractTokenRequestContext>.Descriptor);
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractIntrospectionRequestContext>.Descriptor);
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractRevocationRequestContext>.Descriptor);
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractUserInfoRequestContext>.Descriptor);
            server.RemoveEventHandler(OpenIddictServerAspNetCoreHandlers.ExtractClientCertificate<ExtractDeviceAuthorizationRequestContext>.Descriptor);
        }

        /// <summary>
        /// Adds a handler at the first place that is free from there on: of several beside one neighbour the first in this list runs
        /// first. The engine sorts by the number alone, and not in a stable way.
        /// </summary>
        private void Add<TContext, THandler>(int order)
            where TContext : BaseContext
            where THandler : class, IOpenIddictServerHandler<TContext>
        {
            while (!_taken.Add((typeof(TContext), order)))
            {
                order++;
            }

            server.AddEventHandler<TContext>(handler => handler.UseSingletonHandler<THandler>().SetOrder(order));
        }
    }
}
