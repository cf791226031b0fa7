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

    internal static bool Exists(string name) => All.Any(s => s.Name == name);

    /// <summary>
    /// What a citizen agrees to when these scopes are asked for: scopes and claims, in one order. A scope that later
    /// releases more is asked for again.
    /// </summary>
    internal static IReadOnlyList<string> ReleasedBy(IEnumerable<string> scopes)
    {
        var asked = scopes.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. All.Where(s => asked.Contains(s.Name)).SelectMany(s => s.Claims.Prepend("scope:" + s.Name)),
            .. asked.Where(name => !Exists(name)).Order(StringComparer.Ordinal).Select(name => "scope:" + name),
        ];
    }
}
