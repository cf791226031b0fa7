using System.Text;
using System.Text.Json;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Web;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>OpenID Connect Core §5.5: the <c>claims</c> parameter, as far as it means something here.</summary>
/// <param name="IdToken">Claims asked for in the ID token.</param>
/// <param name="UserInfo">Claims asked for at the userinfo endpoint.</param>
/// <param name="EssentialAcr">§5.5.1.1: levels of which one must be reached, or there is no answer.</param>
/// <param name="Subjects">The subjects of which one must be signed in: like <c>id_token_hint</c>.</param>
internal sealed record ClaimsRequest(
    IReadOnlyList<string> IdToken, IReadOnlyList<string> UserInfo, IReadOnlyList<string> EssentialAcr, IReadOnlyList<string> Subjects)
{
    internal const string Parameter = "claims";

    private const int LongestText = 4096;
    private const int MaxDepth = 8;

    private static readonly ClaimsRequest None = new([], [], [], []);

    /// <summary>Of a request that was accepted.</summary>
    internal static ClaimsRequest Of(OpenIddictRequest request) => Read((string?)request[Parameter]) ?? None;

    /// <summary>Reads the parameter; unknown claims and members are left out (§5.5).</summary>
    /// <returns>Nothing when it is not what §5.5 describes.</returns>
    internal static ClaimsRequest? Read(string? text)
    {
        if (text is null)
        {
            return None;
        }

        if (text.Length > LongestText)
        {
            return null;
        }

        try
        {
            using var document = StrictJson.Document(Encoding.UTF8.GetBytes(text), MaxDepth);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && Member(document.RootElement, "id_token") is { } idToken && Member(document.RootElement, "userinfo") is { } userInfo
                    ? new ClaimsRequest(
                        [.. idToken.Keys], [.. userInfo.Keys],
                        idToken.GetValueOrDefault(Claims.AuthenticationContextReference) is { IsEssential: true } acr ? acr.Values : [],
                        [.. idToken.Concat(userInfo).Where(claim => claim.Key == Claims.Subject).SelectMany(claim => claim.Value.Values)])
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, Wish>? Member(JsonElement claims, string name)
    {
        var known = new Dictionary<string, Wish>();
        if (!claims.TryGetProperty(name, out var member))
        {
            return known;
        }

        if (member.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var claim in member.EnumerateObject())
        {
            if (ReadWish(claim.Value) is not { } wish)
            {
                return null;
            }

            if (ScopeCatalogue.Claims.Contains(claim.Name))
            {
                known.Add(claim.Name, wish);
            }
        }

        return known;
    }

    /// <summary>§5.5.1: <c>null</c>, or an object of <c>essential</c>, <c>value</c> and <c>values</c>.</summary>
    private static Wish? ReadWish(JsonElement wish)
    {
        if (wish.ValueKind == JsonValueKind.Null)
        {
            return new Wish(false, []);
        }

        if (wish.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var isEssential = false;
        if (wish.TryGetProperty("essential", out var essential))
        {
            if (essential.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                return null;
            }

            isEssential = essential.GetBoolean();
        }

        var values = new List<JsonElement>();
        if (wish.TryGetProperty("value", out var value))
        {
            values.Add(value);
        }

        if (wish.TryGetProperty("values", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            values.AddRange(list.EnumerateArray());
        }

        return new Wish(isEssential, [.. values.Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : v.GetRawText())]);
    }

    private sealed record Wish(bool IsEssential, IReadOnlyList<string> Values);
}
