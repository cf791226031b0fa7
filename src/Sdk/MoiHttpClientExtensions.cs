using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using Moi.Identity.Api;
using Moi.Identity.BackChannel;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;
using Moi.Identity.Tokens;

namespace Moi.Identity;

/// <summary>Gives an <see cref="HttpClient"/> the access tokens that an API wants: the citizen's, this application's own, or one in exchange for the citizen's.</summary>
/// <remarks>
/// Tokens are Bearer or DPoP, as <see cref="MoiIdentityOptions.Dpop"/> says, or bound to <see cref="MoiIdentityOptions.ClientCertificate"/>, which
/// the connection then presents; they are renewed before they expire, one request at a time, and once more when the API answers 401. When there is no token the call throws <see cref="MoiTokenException"/> and nothing is sent. They stay
/// on the server: in the session, or in the process.
/// </remarks>
public static class MoiHttpClientExtensions
{
    /// <summary>Calls the API in the name of the citizen who is signed in on the current request (authorization code and refresh).</summary>
    /// <param name="builder">The client, for example <c>services.AddHttpClient("taxes")</c>.</param>
    /// <param name="scope">Only these scopes of the sign-in, separated by spaces. Default: the token of the sign-in itself.</param>
    /// <param name="resource">The API's address (RFC 8707), for a token that only this API accepts.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// To renew tokens while the session lasts, add <c>offline_access</c> to <see cref="MoiIdentityOptions.Scopes"/>. When the provider no
    /// longer renews, the session here ends.
    /// </remarks>
    public static IHttpClientBuilder AddMoiUserToken(this IHttpClientBuilder builder, string? scope = null, string? resource = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<UserTokensAreUsed>();
        var purpose = new TokenPurpose(scope, resource);
        return Add(builder, services =>
        {
            var tokens = Get<UserTokens>(services, "AddMoiIdentity");
            var current = services.GetRequiredService<IHttpContextAccessor>();
            return (refused, ct) => tokens.GetAsync(current.HttpContext, purpose, refused, ct);
        });
    }

    /// <summary>Calls the API in this application's own name (client credentials, RFC 6749 §4.4).</summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">The scopes to ask for, separated by spaces: at least one, and all of one API.</param>
    /// <param name="resource">The API's address (RFC 8707).</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">MOI056: <paramref name="scope"/> names none.</exception>
    public static IHttpClientBuilder AddMoiClientToken(this IHttpClientBuilder builder, string scope, string? resource = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RequireScope(scope, nameof(AddMoiClientToken));
        builder.Services.AddSingleton(new UsedGrant("client_credentials", scope));
        var purpose = new TokenPurpose(scope, resource);
        return Add(builder, services =>
        {
            var tokens = Get<TokenCache>(services, "AddMoiIdentityClient");
            return (refused, ct) => tokens.GetAsync("client " + purpose.Name, refused, "client_credentials", purpose.Fields, ct);
        });
    }

    /// <summary>
    /// Calls another API in the name of the citizen whose access token this API was called with (token exchange, RFC 8693). In an
    /// application that signs citizens in, the token of the session is exchanged.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">The other API's scopes to ask for, separated by spaces: at least one.</param>
    /// <param name="audience">The other API's name at the provider.</param>
    /// <param name="resource">The other API's address, instead of a name.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">
    /// MOI055: neither <paramref name="audience"/> nor <paramref name="resource"/> says whom the token is for. MOI056: <paramref name="scope"/> names none.
    /// </exception>
    public static IHttpClientBuilder AddMoiOnBehalfOf(
        this IHttpClientBuilder builder, string scope, string? audience = null, string? resource = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RequireScope(scope, nameof(AddMoiOnBehalfOf));
        if (audience is null && resource is null)
        {
            throw new ArgumentException("MOI055: AddMoiOnBehalfOf needs the audience or the resource that the token is for.", nameof(audience));
        }

        builder.Services.TryAddSingleton<UserTokensAreUsed>();
        builder.Services.AddSingleton(new UsedGrant(TokenEndpoint.TokenExchange, scope));
        var purpose = new TokenPurpose(scope, resource, audience);
        return Add(builder, services =>
        {
            var tokens = Get<TokenCache>(services, "AddMoiIdentityClient");
            var current = services.GetRequiredService<IHttpContextAccessor>();
            return async (refused, ct) =>
            {
                var subject = await SubjectTokenAsync(services, current.HttpContext, ct).ConfigureAwait(false);
                var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)));
                return await tokens.GetAsync($"for {hash} {purpose.Name}", refused, TokenEndpoint.TokenExchange, purpose.Fields.Concat(
                [
                    KeyValuePair.Create("subject_token", subject),
                    KeyValuePair.Create("subject_token_type", TokenEndpoint.AccessTokenType),
                    KeyValuePair.Create("requested_token_type", TokenEndpoint.AccessTokenType),
                ]), ct).ConfigureAwait(false);
            };
        });
    }

    /// <summary>RFC 6749 §3.3 lets a provider refuse a request without a scope, and ours does: said at the start, not by the first call.</summary>
    private static void RequireScope(string? scope, string call)
    {
        if (string.IsNullOrWhiteSpace(scope))
        {
            throw new ArgumentException($"MOI056: {call} needs the scopes that the token is for, for example \"taxes.read\".", nameof(scope));
        }
    }

    private static async Task<string> SubjectTokenAsync(IServiceProvider services, HttpContext? context, CancellationToken ct)
    {
        // SECURITY: only a token that passed our own checks is exchanged, never whatever stands in the header.
        if (context?.Features.Get<IncomingToken>() is { } incoming)
        {
            return incoming.Value;
        }

        return services.GetService<UserTokens>() is { } session
            ? (await session.GetAsync(context, TokenPurpose.OfTheSignIn, null, ct).ConfigureAwait(false)).Value
            : throw new MoiTokenException(
                MoiTokenFailure.NobodySignedIn, "MOI050: this request came without an access token that was accepted. Add RequireToken() to the endpoint that makes the call.");
    }

    private static IHttpClientBuilder Add(
        IHttpClientBuilder builder, Func<IServiceProvider, Func<string?, CancellationToken, Task<AccessToken>>> token)
    {
        builder.Services.AddHttpContextAccessor();

        // After whatever the application says of the primary handler, in whichever order it says it.
        builder.Services.AddOptions<HttpClientFactoryOptions>(builder.Name).PostConfigure<IServiceProvider>((factory, services) =>
            factory.HttpMessageHandlerBuilderActions.Add(
                handlers => Get<ClientCertificate>(services, "AddMoiIdentityClient").PresentWithTokens(handlers.PrimaryHandler)));
        return builder.AddHttpMessageHandler(services => new AccessTokenHandler(
            token(services),
            services.GetRequiredService<IOptions<MoiIdentityOptions>>(),
            Get<DpopKeys>(services, "AddMoiIdentityClient"),
            services.GetRequiredService<DpopProofs>(),
            services.GetRequiredService<DpopNonces>()));
    }

    private static T Get<T>(IServiceProvider services, string call)
        where T : class => services.GetService<T>() ?? throw new InvalidOperationException(
            $"MOI014: call builder.{call}() too: without it this application is no client of the provider.");
}
