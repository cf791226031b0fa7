using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// Access tokens whose signature and issuer were found good a little while ago: an API that asks at every call asks about the same
/// few tokens. Nothing else is remembered: expiry, audience, confirmation, grant, client and citizen are looked at each time.
/// </summary>
/// <remarks>
/// SECURITY: what is known belongs to the keys that it was verified with. When a key is rotated or revoked, nothing is known any more.
/// A token is found by the hash of all of it, so that no other spelling of it is.
/// </remarks>
internal sealed class VerifiedTokens(IOptionsMonitor<OpenIddictServerOptions> options)
{
    /// <summary>A full generation makes way for the next and stays for as long again, so at most twice as many are known.</summary>
    internal const int MostOfAGeneration = 2_000;

    private volatile Known _known = new(null!, [], []);

    /// <summary>What was in the token, as a copy that the caller may change; or nothing.</summary>
    internal ClaimsPrincipal? Recall(ValidateTokenContext context)
    {
        if (For(context) is not { } known)
        {
            return null;
        }

        var key = Key(context.Token);
        return known.Young.TryGetValue(key, out var principal) || known.Old.TryGetValue(key, out principal) ? principal.Clone() : null;
    }

    internal void Remember(ValidateTokenContext context)
    {
        if (For(context) is not { } known)
        {
            return;
        }

        if (known.Young.Count >= MostOfAGeneration)
        {
            // Two threads may both do this, and one generation be lost: what is not known is verified.
            _known = known = new Known(known.Keys, [], known.Young);
        }

        known.Young[Key(context.Token)] = context.Principal!.Clone();
    }

    /// <summary>What is known of tokens that were verified with the keys of this request; nothing if they are no longer the newest.</summary>
    private Known? For(ValidateTokenContext context)
    {
        var keys = options.CurrentValue;
        var known = _known;
        if (known.Keys != keys)
        {
            _known = known = new Known(keys, [], []);
        }

        return context.Options == keys ? known : null;
    }

    private static string Key(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private sealed record Known(
        OpenIddictServerOptions Keys, ConcurrentDictionary<string, ClaimsPrincipal> Young, ConcurrentDictionary<string, ClaimsPrincipal> Old);
}
