using Microsoft.AspNetCore;
using Microsoft.Extensions.Options;
using Moi.Identity.Dpop;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web.Limits;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 9449 §5, §7 and §10.1: checks the proof that came with a request for tokens, a pushed request or userinfo.</summary>
/// <remarks>
/// Once the client is known and before a code or a token is looked at: whoever has to come again with the right nonce finds
/// both unspent. The proof itself is used up last of all, by <see cref="ConsumeProof{TContext}"/>.
/// </remarks>
internal sealed class CheckProof(
    DpopNonces nonces, ClientCatalog clients, IOptions<DpopOptions> options, IOptions<IdpOptions> idp, TimeProvider time)
    : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    internal const string Header = "DPoP";
    private const string NonceHeader = "DPoP-Nonce";

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var http = context.Transaction.GetHttpRequest();
        if (http is null || !IsExpected(context, http))
        {
            return ValueTask.CompletedTask;
        }

        var result = DpopProof.Check(
            new DpopRequest(http.Headers[Header], http.Method, AddressOf(http))
            {
                // SECURITY: the token as it was sent, which is what the client has hashed.
                AccessToken = context.EndpointType == OpenIddictServerEndpointType.UserInfo ? context.Transaction.Request!.AccessToken : null,
                AcceptsNonce = options.Value.RequireNonce ? nonces.Accepts : null,
            },
            DpopPolicy.Rules, time.GetUtcNow());
        if (!result.Succeeded)
        {
            if (result.Error.Value.WantsNonce())
            {
                // §8: an ordinary step of the protocol, and no attempt at anything.
                http.HttpContext.Response.Headers[NonceHeader] = nonces.Current;
                LimitRequests.IsNoRefusal(http.HttpContext);
            }

            context.Refuse(SenderRefusals.Of(result.Error.Value));
            return ValueTask.CompletedTask;
        }

        if (options.Value.RequireNonce && result.Proof.Nonce != nonces.Current)
        {
            // §8.2: the next nonce, before the one that was used is too old.
            http.HttpContext.Response.Headers[NonceHeader] = nonces.Current;
        }

        context.Transaction.SetProperty(typeof(DpopProof).FullName!, result.Proof);
        return ValueTask.CompletedTask;
    }

    /// <summary>§5.2: some clients get no token without. Otherwise a proof is checked where one was sent.</summary>
    private bool IsExpected(ProcessAuthenticationContext context, HttpRequest http)
        => context.EndpointType switch
        {
            OpenIddictServerEndpointType.Token =>
                http.Headers.ContainsKey(Header) || clients.Find(context.ClientId) is { Metadata.DpopBoundAccessTokens: true },
            OpenIddictServerEndpointType.PushedAuthorization => http.Headers.ContainsKey(Header),
            OpenIddictServerEndpointType.UserInfo => context.Transaction.UsesDpopScheme(),
            _ => false,
        };

    /// <summary>The address under which we are called, from what is configured: a proxy may have changed what arrives here.</summary>
    private string AddressOf(HttpRequest http)
    {
        var authority = idp.Value.MutualTls.Authority is { } second && string.Equals(http.Host.Value, second, StringComparison.OrdinalIgnoreCase)
            ? idp.Value.Origin.Scheme + "://" + second
            : idp.Value.BrowserOrigin;
        return authority + http.PathBase.ToUriComponent() + http.Path.ToUriComponent();
    }
}
