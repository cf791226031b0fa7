using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 9449 §7.1: takes an access token from the scheme <c>DPoP</c> too, and from no address.</summary>
internal sealed class ReadAccessToken : IOpenIddictServerHandler<ExtractUserInfoRequestContext>
{
    private const string Scheme = "DPoP ";

    public ValueTask HandleAsync(ExtractUserInfoRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!;
        if (http.Query.ContainsKey(Parameters.AccessToken))
        {
            // FAPI 2.0 §5.3.4, RFC 9700 §4.3.2: addresses end up in logs and histories.
            context.Refuse(GrantRefusals.InAddress);
            return ValueTask.CompletedTask;
        }

        string? header = http.Headers.Authorization;
        if (header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return ValueTask.CompletedTask;
        }

        var request = context.Transaction.Request!;
        if (!string.IsNullOrEmpty(request.AccessToken))
        {
            context.Refuse(GrantRefusals.SentTwice);
            return ValueTask.CompletedTask;
        }

        request.AccessToken = header[Scheme.Length..].Trim();
        context.Transaction.SetProperty(DpopScheme.Name, DpopScheme.Used);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A mark on requests that bring their token under the scheme <c>DPoP</c>.</summary>
internal static class DpopScheme
{
    internal const string Name = "moi:dpop-scheme";
    internal static readonly object Used = new();

    internal static bool UsesDpopScheme(this OpenIddictServerTransaction transaction) => transaction.GetProperty<object>(Name) is not null;
}
