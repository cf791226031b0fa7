using System.Globalization;
using System.Text;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 6750 §3 and RFC 9449 §7.1: says which schemes userinfo takes, and under the one that was used what is wrong.</summary>
internal sealed class ChallengeUserInfo : IOpenIddictServerHandler<ApplyUserInfoResponseContext>
{
    private static readonly string[] Told = ["error", "error_description", "error_uri", "trace_id"];

    public ValueTask HandleAsync(ApplyUserInfoResponseContext context)
    {
        if (context.Response.Error is not { Length: > 0 } error)
        {
            return ValueTask.CompletedTask;
        }

        var response = context.Transaction.GetHttpRequest()!.HttpContext.Response;
        if (error is "invalid_dpop_proof" or "use_dpop_nonce")
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        var dpop = $"DPoP algs=\"{string.Join(' ', DpopPolicy.Rules.Algorithms)}\"";
        var isDpop = context.Transaction.UsesDpopScheme();

        // RFC 6750 §3.1: who brought no token is told of the schemes alone.
        var details = error == Errors.MissingToken ? "" : Details(context, isDpop ? ", " : " ");
        response.Headers.WWWAuthenticate = isDpop ? dpop + details : new[] { "Bearer" + details, dpop };
        return ValueTask.CompletedTask;
    }

    private static string Details(ApplyUserInfoResponseContext context, string separator)
    {
        var text = new StringBuilder();
        foreach (var name in Told)
        {
            if ((string?)context.Response[name] is { } value)
            {
                var quoted = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"{separator}{name}=\"{quoted}\"");
                separator = ", ";
            }
        }

        return text.ToString();
    }
}
