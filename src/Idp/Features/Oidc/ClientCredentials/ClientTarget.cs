using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Features.Oidc.ClientCredentials;

/// <summary>The one protected resource that a client's own token is for, and the scopes it has there.</summary>
internal sealed record ClientTarget(ProtectedResource Resource, IReadOnlyList<string> Scopes)
{
    /// <summary>RFC 8707 §2.2: a <c>resource</c> narrows the scopes to its own. A token is for one resource.</summary>
    /// <remarks>
    /// SECURITY: RFC 9068 §3 and RFC 9700 §2.3. A token for two resources could be carried by one of them to the other.
    /// </remarks>
    internal static (ClientTarget? Target, Refusal? Mistake) Find(
        ClientCatalog clients, IReadOnlyList<string> scopes, IReadOnlyList<string> resources)
    {
        if (scopes.Count == 0 || scopes.Any(scope => clients.ResourceOf(scope) is null))
        {
            return (null, TargetRefusals.ClientScopes);
        }

        if (resources.Count > 1)
        {
            return (null, TargetRefusals.ClientResource);
        }

        if (resources.Count == 1)
        {
            string[] there = [.. scopes.Where(scope => clients.ResourceOf(scope)!.Identifier == resources[0])];
            return there.Length == 0 ? (null, TargetRefusals.ClientResource) : (new ClientTarget(clients.ResourceOf(there[0])!, there), null);
        }

        var resource = clients.ResourceOf(scopes[0])!;
        return scopes.All(scope => clients.ResourceOf(scope)!.Identifier == resource.Identifier)
            ? (new ClientTarget(resource, scopes), null)
            : (null, TargetRefusals.ClientScopes);
    }
}
