using System.Security.Claims;
using System.Text.Json.Nodes;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.TokenExchange;

/// <summary>RFC 8693 §4.1: who acts for the citizen, in the <c>act</c> claim; the newest outside, those before nested in it.</summary>
internal static class ActorChain
{
    internal const string Claim = "act";

    /// <summary>More services in a row are a design to be looked at by people, not by a token endpoint.</summary>
    internal const int Longest = 4;

    /// <summary>The claim of a token whose signature was verified.</summary>
    internal static JsonObject? Read(ClaimsPrincipal token)
        => token.GetClaim(Claim) is { Length: > 0 } json ? JsonNode.Parse(json)?.AsObject() : null;

    /// <summary>The clients that have acted, the newest first.</summary>
    internal static IReadOnlyList<string> Of(ClaimsPrincipal token)
    {
        var actors = new List<string>();
        for (var act = Read(token); act is not null; act = act[Claim]?.AsObject())
        {
            actors.Add((string?)act[Claims.Subject] ?? "");
        }

        return actors;
    }

    /// <summary>The chain with one more actor.</summary>
    internal static JsonObject Extend(ClaimsPrincipal token, string clientId)
    {
        var act = new JsonObject { [Claims.Subject] = clientId };
        if (Read(token) is { } before)
        {
            act[Claim] = before;
        }

        return act;
    }
}
