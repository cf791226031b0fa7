using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Telemetry;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>Counts what the token endpoint answers. A grant type that we do not have is the sender's text, not a tag.</summary>
internal sealed class CountTokenAnswers(IdpMetrics metrics) : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    public ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        var grant = context.Request?.GrantType is { } asked && ClientProfile.Basic.GrantTypes.Contains(asked) ? asked : "unknown";
        metrics.TokenAnswered(grant, context.Response.Error ?? "ok");
        return ValueTask.CompletedTask;
    }
}
