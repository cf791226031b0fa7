using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// How a handler refuses, and how that is read at the end. On its way the code stands in the place of the <c>error_uri</c>: the
/// engine hands it on from event to event together with the error.
/// </summary>
internal static class Refusing
{
    /// <summary>Refuses the request.</summary>
    /// <param name="context">The event.</param>
    /// <param name="refusal">What the sender is told.</param>
    /// <param name="reason">What only our log is told.</param>
    internal static void Refuse(this BaseValidatingContext context, Refusal refusal, string? reason = null)
    {
        Hide(context.Transaction, refusal.Code, reason);
        context.Reject(refusal.Error, refusal.Hint, refusal.Code);
    }

    /// <summary>Refuses the request as an event that was dispatched for it was refused.</summary>
    internal static void RefuseAs(this BaseValidatingContext context, BaseValidatingContext refused)
        => context.Reject(refused.Error, refused.ErrorDescription, refused.ErrorUri);

    /// <summary>The refusal behind an error: one of ours, or what a sentence of the engine means.</summary>
    internal static Refusal Read(OpenIddictServerTransaction transaction, string? error, string? description, string? uri)
    {
        if (uri?.StartsWith("MOI-", StringComparison.Ordinal) == true)
        {
            return new Refusal(uri, error!, description!);
        }

        var isToken = transaction.EndpointType == OpenIddictServerEndpointType.Token;
        if (error == Errors.InvalidToken && CodeOfToken(transaction) is { } token)
        {
            return new Refusal(token, error, description ?? "");
        }

        var code = EngineRefusals.CodeOf(uri, description, isToken);
        if (code is null && error == Errors.InvalidClient && !string.IsNullOrEmpty(transaction.Request?.ClientAssertion))
        {
            // SECURITY: that a signature does not fit a key of the client would tell that there is such a client.
            Hide(transaction, ClientRefusals.Assertion.Code, description);
            return ClientRefusals.Assertion;
        }

        return new Refusal(code ?? ErrorCodes.For(error), error ?? "", description ?? "");
    }

    /// <summary>What our log is told beside the refusal with this code, or nothing.</summary>
    internal static string? ReasonOf(OpenIddictServerTransaction transaction, string code)
        => transaction.GetProperty<HiddenReason>(typeof(HiddenReason).FullName!) is { } hidden && hidden.Code == code ? hidden.Reason : null;

    private static void Hide(OpenIddictServerTransaction transaction, string code, string? reason)
        => transaction.SetProperty(typeof(HiddenReason).FullName!, reason is null ? null : new HiddenReason(code, reason));

    /// <summary>The engine has many words for a token that is no good; what its sender can do depends on what it was to be.</summary>
    private static string? CodeOfToken(OpenIddictServerTransaction transaction)
        => (transaction.EndpointType, transaction.Request?.GrantType) switch
        {
            (OpenIddictServerEndpointType.Token, GrantTypes.RefreshToken) => GrantRefusals.RefreshToken.Code,
            (OpenIddictServerEndpointType.Token, GrantTypes.TokenExchange) => ExchangeRefusals.NotGood.Code,
            (OpenIddictServerEndpointType.Token, _) => GrantRefusals.Code.Code,
            (OpenIddictServerEndpointType.Authorization or OpenIddictServerEndpointType.PushedAuthorization, _) => EngineRefusals.IdTokenHint,
            _ => null,
        };

    private sealed record HiddenReason(string Code, string Reason);
}
