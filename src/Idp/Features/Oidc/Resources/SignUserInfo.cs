using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>OpenID Connect Core §5.3.2: a client that registered an algorithm gets its userinfo answers as signed JWTs.</summary>
internal sealed class SignUserInfo(SignedAnswers answers) : IOpenIddictServerHandler<ApplyUserInfoResponseContext>
{
    public async ValueTask HandleAsync(ApplyUserInfoResponseContext context)
    {
        if (context.Response.Error is not null
            || context.Transaction.GetProperty<Client>(typeof(Client).FullName!) is not { Metadata.UserInfoSignedResponseAlg: { } alg } client)
        {
            return;
        }

        var jwt = await answers.CreateAsync(
            alg, type: null, client.Id, lifetime: null, SignedAnswers.ClaimsOf(context.Response), context.CancellationToken);
        var response = context.Transaction.GetHttpRequest()!.HttpContext.Response;
        response.ContentType = "application/jwt";
        await response.WriteAsync(jwt, context.CancellationToken);
        context.HandleRequest();
    }
}
