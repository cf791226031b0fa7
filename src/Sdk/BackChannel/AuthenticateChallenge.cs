using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Moi.Identity.Dpop;

namespace Moi.Identity.BackChannel;

/// <summary>RFC 6750 §3, RFC 9449 §7.1: why a protected resource refused.</summary>
internal static partial class AuthenticateChallenge
{
    /// <summary>The <c>error</c> of the first Bearer or DPoP challenge that has one.</summary>
    internal static string? ErrorOf(HttpResponseMessage response) =>
        response.Headers.WwwAuthenticate.Where(IsOurs)
            .Select(challenge => Error().Match(challenge.Parameter ?? "") is { Success: true } match ? match.Groups["error"].Value : null)
            .FirstOrDefault(error => error is not null);

    private static bool IsOurs(AuthenticationHeaderValue challenge) =>
        challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        || challenge.Scheme.Equals(DpopProofs.Scheme, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""(^|[\s,])error\s*=\s*"?(?<error>[\w.-]+)"?""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex Error();
}
