namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A scope and the claims it releases.</summary>
internal sealed record Scope(string Name, IReadOnlyList<string> Claims);

/// <summary>The scopes that exist.</summary>
internal static class ScopeCatalogue
{
    internal const string OpenId = "openid";

    internal const string Profile = "profile";

    internal const string OfflineAccess = "offline_access";

    internal static readonly IReadOnlyList<Scope> All =
    [
        new(OpenId, ["sub", "auth_time", "acr", "amr", "sid"]),
        new(Profile, ["nickname", "locale"]),
        new(OfflineAccess, []),
    ];

    internal static IEnumerable<string> Names => All.Select(s => s.Name);

    /// <summary>Claims that can be asked for one by one (OpenID Connect Core §5.5).</summary>
    internal static IEnumerable<string> Claims => All.SelectMany(s => s.Claims);

    internal static bool Exists(string name) => All.Any(s => s.Name == name);

    /// <summary>
    /// What a citizen agrees to when these scopes and claims are asked for, in one order, each once. A scope that later
    /// releases more is asked for again.
    /// </summary>
    internal static IReadOnlyList<string> ReleasedBy(IReadOnlyList<string> scopes, IEnumerable<string> claims)
        =>
        [
            .. All.Where(s => scopes.Contains(s.Name)).SelectMany(s => s.Claims.Prepend(Released(s.Name)))
                .Concat(scopes.Where(s => !Exists(s)).Select(Released))
                .Concat(claims).Distinct(),
        ];

    /// <summary>How a consent names a scope.</summary>
    internal static string Released(string scope) => "scope:" + scope;
}
