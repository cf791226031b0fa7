using System.Text.RegularExpressions;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The protected resource of a registration.</summary>
internal static partial class ResourceRules
{
    internal static void Check(ClientMetadata client, string path, Mistakes mistakes)
    {
        if (client.Resource is not { } resource)
        {
            return;
        }

        path += ".moi_resource";
        mistakes.Require(
            resource.Identifier.Length == 0 || IsIdentifier(resource.Identifier), path + ".identifier", "identifier",
            "must be an absolute https address without query and fragment, written as a browser would write it");
        mistakes.Require(
            client.TokenEndpointAuthMethod != "none", path, "public", "whoever asks about tokens must prove who it is: not with none");
        foreach (var scope in resource.Scopes)
        {
            mistakes.Require(
                Name().IsMatch(scope.Name) && !ScopeCatalogue.Exists(scope.Name), $"{path}.scopes['{scope.Name}']", "scope",
                "must be 3 to 64 characters of a-z, 0-9 and . _ : -, and no scope of OpenID Connect");
        }
    }

    /// <summary>RFC 8707 §2: an absolute URI without a fragment; a query is allowed there and not here.</summary>
    private static bool IsIdentifier(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.AbsoluteUri == text
            && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;

    [GeneratedRegex("^[a-z0-9][a-z0-9._:-]{2,63}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
