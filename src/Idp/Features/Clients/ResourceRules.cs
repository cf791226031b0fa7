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

        foreach (var type in resource.DetailTypes)
        {
            CheckType(type, $"{path}.authorization_details_types['{type.Name}']", mistakes);
        }
    }

    private static void CheckType(AuthorizationDetailType type, string path, Mistakes mistakes)
    {
        mistakes.Require(Name().IsMatch(type.Name), path, "name", "must be 3 to 64 characters of a-z, 0-9 and . _ : -");
        foreach (var field in type.Fields)
        {
            var at = $"{path}.fields['{field.Name}']";
            mistakes.Require(
                Member().IsMatch(field.Name) && field.Name is not ("type" or "locations"), at, "name",
                "must be 1 to 40 characters of a-z, A-Z, 0-9 and _, and neither type nor locations, which every type has");
            mistakes.Require(
                field.Kind.Length == 0 || AuthorizationDetailField.Kinds.Contains(field.Kind), at + ".kind", "value",
                $"must be one of {string.Join(", ", AuthorizationDetailField.Kinds)}");
            mistakes.Require(
                field.HasChoices == field.Choices.Count > 0, at + ".choices", "choices",
                "the kinds choice and choices need at least one choice, and no other kind has any");
        }
    }

    /// <summary>RFC 8707 §2: an absolute URI without a fragment; a query is allowed there and not here.</summary>
    private static bool IsIdentifier(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.AbsoluteUri == text
            && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;

    [GeneratedRegex("^[a-z0-9][a-z0-9._:-]{2,63}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_]{0,39}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Member();
}
