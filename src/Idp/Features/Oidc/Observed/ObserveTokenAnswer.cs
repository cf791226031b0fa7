using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Observed;

/// <summary>Notes what the token endpoint gave to an authenticated client, or why it refused it.</summary>
internal sealed class ObserveTokenAnswer(ObservedRequests observed) : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    public ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        // SECURITY: whoever only says a client's name leaves no trace in its report.
        if (MarkAuthenticatedClient.Of(context.Transaction) is not { } client)
        {
            return ValueTask.CompletedTask;
        }

        if (context.Response.Error is { } error)
        {
            if (!client.IsPublic)
            {
                observed.Note(client.Id, Facts.Refused, error);
            }

            return ValueTask.CompletedTask;
        }

        if (context.Request?.GrantType is { } grant && client.Metadata.GrantTypes.Contains(grant))
        {
            observed.Note(client.Id, Facts.Grant, grant);
            observed.Note(client.Id, Facts.Token, KindOf(context, client));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>What the token is bound to. A certificate leaves the type <c>Bearer</c>, and who has registered one gets no other.</summary>
    private static string KindOf(ApplyTokenResponseContext context, Client client)
        => context.Response.TokenType == "DPoP" ? "DPoP" : client.Metadata.TlsClientCertificateBoundAccessTokens ? "mTLS" : "Bearer";
}
