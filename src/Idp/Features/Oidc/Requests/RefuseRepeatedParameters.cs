using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>RFC 6749 §3.1 and §3.2: no parameter twice, except those whose own specification allows it.</summary>
/// <remarks>SECURITY: two programs that read one request may differ in which of two values they take.</remarks>
internal sealed class RefuseRepeatedParameters<TContext> : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public ValueTask HandleAsync(TContext context)
    {
        // RFC 8707 §2 and RFC 8693 §2.1.
        if (context.Transaction.Request!.GetParameters().Any(
            p => p.Value.Count > 1 && p.Key is not (Parameters.Resource or Parameters.Audience)))
        {
            context.Refuse(RequestRefusals.Repeated);
        }

        return ValueTask.CompletedTask;
    }
}
