using Microsoft.AspNetCore.Authorization;

namespace Moi.Identity;

/// <summary>
/// Opens an endpoint, controller or page of an API only to an access token that has a scope. Any other token gets 403
/// <c>insufficient_scope</c> (RFC 6750 §3.1), and none at all 401.
/// </summary>
/// <remarks>Several of these on one endpoint must all be met; within one, any of its scopes is enough.</remarks>
/// <example><code>app.MapGet("/taxes", [RequireScope("taxes.read", "taxes.write")] () =&gt; …);</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireScopeAttribute : AuthorizeAttribute, IAuthorizationRequirement, IAuthorizationRequirementData
{
    /// <summary>Requires one of some scopes.</summary>
    /// <param name="scopes">The scopes, of which one is enough.</param>
    /// <exception cref="ArgumentException">There is none, or one is no single scope.</exception>
    public RequireScopeAttribute(params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Length == 0 || scopes.Any(scope => scope.Length == 0 || scope.Any(c => c is <= ' ' or '"' or '\\' or > '~')))
        {
            throw new ArgumentException("RequireScope needs at least one scope, each without spaces.", nameof(scopes));
        }

        Scopes = scopes;

        // A scope is a matter of access tokens; the session of a signed-in citizen has none.
        AuthenticationSchemes = MoiIdentityDefaults.ApiScheme;
    }

    /// <summary>The scopes, of which one is enough.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <inheritdoc/>
    public IEnumerable<IAuthorizationRequirement> GetRequirements()
    {
        yield return this;
    }
}
