using Microsoft.AspNetCore.Http;
using Moi.Identity.Dpop;

namespace Moi.Identity.Api;

/// <summary>The <c>WWW-Authenticate</c> of an API (RFC 6750 §3, RFC 9449 §7.1).</summary>
internal static class ApiChallenge
{
    private static readonly string Algorithms = string.Join(' ', DpopKey.Algorithms);

    /// <summary>One challenge for each scheme that would be let in; the reason stands in each, since it is about the call and not the scheme.</summary>
    internal static void Write(HttpResponse response, TokenBinding binding, params (string Name, string Value)[] reason)
    {
        if (binding != TokenBinding.Dpop)
        {
            Append(response, "Bearer", reason);
        }

        if (binding != TokenBinding.MutualTls)
        {
            Append(response, DpopProofs.Scheme, [.. reason, ("algs", Algorithms)]);
        }
    }

    /// <summary>The values are ours: ASCII without quotation marks and backslashes.</summary>
    private static void Append(HttpResponse response, string scheme, (string Name, string Value)[] parameters) =>
        response.Headers.Append(
            "WWW-Authenticate",
            parameters.Length == 0 ? scheme : scheme + " " + string.Join(", ", parameters.Select(parameter => $"{parameter.Name}=\"{parameter.Value}\"")));
}
