using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using Moi.Identity.Idp.Features.SignIn;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// RFC 9101 §5 and RFC 9126 §3: puts the content of a signed request in the place of the request, before anything else
/// reads that. Only what was signed counts.
/// </summary>
internal sealed class ReadRequestObject<TContext>(ClientCatalog clients, RequestObject objects, IOpenIddictServerDispatcher dispatcher)
    : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    /// <summary>What stands beside the object in a pushed request: who pushes it.</summary>
    private static readonly HashSet<string> OfTheClient =
        [Parameters.ClientId, Parameters.ClientSecret, Parameters.ClientAssertion, Parameters.ClientAssertionType];

    public async ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        var isPushed = context.EndpointType == OpenIddictServerEndpointType.PushedAuthorization;
        if (context.Transaction.GetProperty<SignInTransaction>(typeof(SignInTransaction).FullName!) is not null)
        {
            // Accepted before.
            return;
        }

        if (clients.Find(ClientIdOf(request, isPushed)) is not { } client)
        {
            if (isPushed && !string.IsNullOrEmpty(request.Request))
            {
                await RefuseAsync(context, RequestObjectRefusals.Unreadable);
            }

            // Otherwise refused later, with words about the client.
            return;
        }

        if (string.IsNullOrEmpty(request.Request))
        {
            if (client.Metadata.RequireSignedRequestObject && (isPushed || string.IsNullOrEmpty(request.RequestUri)))
            {
                await RefuseAsync(context, RequestObjectRefusals.Missing);
            }

            return;
        }

        if (!string.IsNullOrEmpty(request.RequestUri))
        {
            await RefuseAsync(context, RequestObjectRefusals.Both);
            return;
        }

        if (isPushed && request.GetParameters().Any(p => p.Key != Parameters.Request && !OfTheClient.Contains(p.Key)))
        {
            await RefuseAsync(context, RequestObjectRefusals.Beside);
            return;
        }

        var (accepted, mistake) = await objects.ReadAsync(client, request.Request, context.CancellationToken);
        if (accepted is null)
        {
            await RefuseAsync(context, mistake!);
            return;
        }

        foreach (var (name, value) in isPushed ? request.GetParameters().Where(p => p.Key != Parameters.Request) : [])
        {
            accepted.Request.SetParameter(name, value);
        }

        context.Transaction.Request = accepted.Request;
        context.Transaction.SetProperty(typeof(SignedRequest).FullName!, accepted);
    }

    /// <summary>Refuses the request; a pushed one only after its sender was authenticated.</summary>
    /// <remarks>SECURITY: whoever pushes a bad object in the name of a client would learn that there is such a client, and what it registered.</remarks>
    private async ValueTask RefuseAsync(TContext context, Refusal refusal)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.PushedAuthorization)
        {
            var authentication = new ProcessAuthenticationContext(context.Transaction);
            await dispatcher.DispatchAsync(authentication);
            if (authentication.IsRequestHandled)
            {
                context.HandleRequest();
                return;
            }

            if (authentication.IsRejected)
            {
                context.RefuseAs(authentication);
                return;
            }
        }

        context.Refuse(refusal);
    }

    /// <summary>RFC 7521 §4.2: "The client_id is unnecessary for client assertion authentication".</summary>
    /// <remarks>
    /// SECURITY: the assertion is not verified yet. When it is, its iss must be the client_id of the request, and that is the one
    /// in the object by then; no other client can be named by it.
    /// </remarks>
    private static string? ClientIdOf(OpenIddictRequest request, bool isPushed)
        => isPushed && string.IsNullOrEmpty(request.ClientId) ? VerifyAssertion.IssuerOf(request.ClientAssertion) : request.ClientId;
}
