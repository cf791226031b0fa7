using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// Whom an access token is for (RFC 8707, RFC 9068 §3): protected resources by their identifiers, and our own userinfo
/// endpoint by its address.
/// </summary>
internal sealed class Audiences(ClientCatalog clients, IOptions<IdpOptions> options)
{
    internal string UserInfo => options.Value.Issuer + "connect/userinfo";

    /// <summary>The audience of a request: the resources it names, or else those of everything it asks for.</summary>
    /// <remarks>
    /// SECURITY: a resource that was named gets a token that opens nothing else, userinfo included. Programs that know
    /// nothing of RFC 8707 get one token for all they asked for.
    /// </remarks>
    internal IReadOnlyList<string> Of(IReadOnlyList<string> named, IReadOnlyList<string> scopes, IReadOnlyList<AuthorizationDetail> details)
        => named.Count > 0
            ? [.. named.Distinct()]
            :
            [
                .. scopes.Select(scope => clients.ResourceOf(scope)?.Identifier).OfType<string>()
                    .Concat(details.Select(detail => detail.Resource.Identifier)).Distinct(),
                .. scopes.Contains(ScopeCatalogue.OpenId) ? [UserInfo] : (string[])[],
            ];

    /// <summary>RFC 8707 §2: what is wrong with the resources that a request names, or nothing.</summary>
    internal Refusal? Mistake(
        Client client, IReadOnlyList<string> named, IReadOnlyList<string> scopes, IReadOnlyList<AuthorizationDetail> details)
    {
        foreach (var name in named)
        {
            // The same words whether it does not exist or is not for this client.
            if (!MayAskFor(client, name))
            {
                return TargetRefusals.Resource;
            }

            if (!IsFor(name, scopes) && details.All(detail => detail.Resource.Identifier != name))
            {
                return TargetRefusals.NothingThere.With(name);
            }
        }

        return named.Count > 0 && scopes.FirstOrDefault(scope => clients.ResourceOf(scope) is { } r && !named.Contains(r.Identifier)) is { } scope
            ? TargetRefusals.ScopeElsewhere.With(scope)
            : named.Count > 0 && details.Any(detail => !named.Contains(detail.Resource.Identifier))
                ? TargetRefusals.DetailsElsewhere
                : null;
    }

    /// <summary>Those of an audience that still exist and for which the token would say something.</summary>
    internal IReadOnlyList<string> Useful(IEnumerable<string> audience, IReadOnlyList<string> scopes, string? details)
        => [.. audience.Distinct().Where(name => IsFor(name, scopes) || DetailsFor([name], details).Count > 0)];

    /// <summary>What of these scopes has a meaning for this audience.</summary>
    internal IReadOnlyList<string> ScopesFor(IReadOnlyList<string> audience, IEnumerable<string> scopes)
        => [.. scopes.Where(scope => audience.Any(name => IsOf(name, scope)))];

    /// <summary>What of these authorization details is for this audience.</summary>
    internal IReadOnlyList<JsonNode> DetailsFor(IReadOnlyList<string> audience, string? details)
        => details is null
            ? []
            : [.. AuthorizationDetails.Parse(details)!.OfType<JsonNode>().Where(
                detail => clients.FindDetailType((string)detail["type"]!) is { } found && audience.Contains(found.Resource.Identifier))];

    private bool MayAskFor(Client client, string name)
        => name == UserInfo
            || (clients.FindResource(name) is { } resource
                && (resource.Scopes.Any(scope => client.Metadata.Scopes.Contains(scope.Name))
                    || resource.DetailTypes.Any(type => client.Metadata.AuthorizationDetailsTypes.Contains(type.Name))));

    private bool IsFor(string name, IReadOnlyList<string> scopes)
        => name == UserInfo ? scopes.Contains(ScopeCatalogue.OpenId) : scopes.Any(scope => IsOf(name, scope));

    /// <summary>The scopes of OpenID Connect are for userinfo, each other one for its resource.</summary>
    private bool IsOf(string name, string scope)
        => name == UserInfo ? ScopeCatalogue.Exists(scope) : clients.ResourceOf(scope)?.Identifier == name;
}
