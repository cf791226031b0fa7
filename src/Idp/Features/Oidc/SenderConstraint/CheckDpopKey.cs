using System.Buffers.Text;
using System.Security.Cryptography;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>
/// RFC 9449 §10: an authorization request may name the key that the code is for, by the parameter <c>dpop_jkt</c> or, when it
/// is pushed, by a proof (§10.1).
/// </summary>
internal sealed class CheckDpopKey<TContext> : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        var parameter = request[Confirmation.DpopKeyParameter];
        var named = (string?)parameter;
        if (parameter is not null && !(named is not null && Base64Url.IsValid(named, out var length) && length == SHA256.HashSizeInBytes && named.Length == 43))
        {
            context.Refuse(RequestRefusals.DpopKey);
        }
        else if (context.Transaction.GetProof() is { } proof)
        {
            if (named is not null && named != proof.Jkt)
            {
                context.Refuse(SenderRefusals.OtherKey);
            }

            request[Confirmation.DpopKeyParameter] = proof.Jkt;
        }

        return ValueTask.CompletedTask;
    }
}
