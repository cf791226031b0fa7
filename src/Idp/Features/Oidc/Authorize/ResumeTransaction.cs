using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.SignIn;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>
/// A citizen comes back from the sign-in or consent page with a transaction: the authorization request is the one
/// that was accepted at the start, and nothing in the address can change it.
/// </summary>
internal sealed class ResumeTransaction(SignInTransactions transactions)
    : IOpenIddictServerHandler<ExtractAuthorizationRequestContext>
{
    public async ValueTask HandleAsync(ExtractAuthorizationRequestContext context)
    {
        var handle = (string?)context.Transaction.Request?.GetParameter(SignInTransactions.Parameter);
        if (handle is null)
        {
            return;
        }

        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (await transactions.TakeAsync(http, handle, context.CancellationToken)
            is not { AuthorizationRequest: { } parameters } transaction)
        {
            context.Transaction.Request = new OpenIddictRequest();
            context.Refuse(AuthorizeProblems.TransactionExpired);
            return;
        }

        context.Transaction.Request = new OpenIddictRequest(
            parameters.SelectMany(p => p.Key == Parameters.Resource ? p.Value.Split(' ') : [p.Value], (p, value) => KeyValuePair.Create(p.Key, (string?)value)));
        context.Transaction.SetProperty(typeof(SignInTransaction).FullName!, transaction);
    }
}
