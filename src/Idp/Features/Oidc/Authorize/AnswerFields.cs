using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>An authorization response as names and values.</summary>
internal static class AnswerFields
{
    internal static IReadOnlyList<KeyValuePair<string, string?>> Of(OpenIddictResponse response)
        => [.. response.GetParameters().Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)).Where(p => !string.IsNullOrEmpty(p.Value))];
}
