using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>Grant types, scopes, consent and lifetimes of a registration.</summary>
internal static class GrantRules
{
    /// <summary>Of an access token, where the registration says nothing.</summary>
    internal static readonly TimeSpan DefaultAccessToken = TimeSpan.FromMinutes(5);

    /// <summary>Of a refresh token that is not used, where the registration says nothing; where they rotate, each use gives a new one.</summary>
    internal static readonly TimeSpan DefaultRefreshToken = TimeSpan.FromDays(14);

    /// <summary>How long a citizen's subject is.</summary>
    private const int SubjectLength = 32;

    private static readonly TimeSpan ShortestAccessToken = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestRefreshToken = TimeSpan.FromHours(1);
    private const int MostScopes = 40;
    private const int LongestScope = 1000;

    internal static void Check(ClientMetadata client, string path, Mistakes mistakes, IReadOnlySet<string> resourceScopes)
    {
        for (var i = 0; i < client.ResponseTypes.Count; i++)
        {
            mistakes.Require(client.ResponseTypes[i] is "code" or "", $"{path}.response_types[{i}]", "response-type", "must be code");
        }

        mistakes.Require(
            client.Environment != ClientMetadata.Sandbox || !client.Scopes.Any(resourceScopes.Contains), path + ".scope", "sandbox",
            "a client of the sandbox cannot ask for the API of an agency");
        foreach (var scope in client.Scopes.Where(s => !ScopeCatalogue.Exists(s) && !resourceScopes.Contains(s)))
        {
            mistakes.Add(path + ".scope", "scope", $"the scope {scope} does not exist; there are: {string.Join(' ', ScopeCatalogue.Names)}");
        }

        // What a citizen agreed to is stored as text of a certain length.
        mistakes.Require(
            client.Scopes.Count <= MostScopes && client.Scopes.Sum(scope => scope.Length + 1) <= LongestScope, path + ".scope", "length",
            $"must be at most {MostScopes} scopes and {LongestScope} characters");
        var citizens = client.GrantTypes.Contains(GrantTypes.AuthorizationCode) || client.GrantTypes.Contains(GrantTypes.DeviceCode);
        mistakes.Require(
            citizens || !client.GrantTypes.Contains(GrantTypes.RefreshToken), path + ".grant_types", "grant-type",
            "refresh_token comes with authorization_code or with device_code");
        mistakes.Require(
            !client.Scopes.Contains(ScopeCatalogue.OfflineAccess) || client.GrantTypes.Contains("refresh_token"),
            path + ".scope", "offline-access", "the scope offline_access needs the grant type refresh_token");
        mistakes.Require(
            !citizens || client.Scopes.Contains(ScopeCatalogue.OpenId), path + ".scope", "openid", "must contain openid");
        CheckOwnTokens(client, path, mistakes);
        mistakes.Require(client.Consent is "once" or "always", path + ".moi_consent", "value", "must be once or always");
    }

    /// <summary>Grants by which a client gets tokens without a citizen being asked.</summary>
    private static void CheckOwnTokens(ClientMetadata client, string path, Mistakes mistakes)
    {
        var isOwn = client.GrantTypes.Contains(GrantTypes.ClientCredentials);
        if (!isOwn && !client.GrantTypes.Contains(GrantTypes.TokenExchange))
        {
            return;
        }

        // RFC 6749 §4.4 and RFC 8693 §5: whoever acts in its own name must prove who it is.
        mistakes.Require(
            client.TokenEndpointAuthMethod != "none", path + ".grant_types", "public",
            "client_credentials and token exchange are for clients that can prove who they are: not with none");
        mistakes.Require(
            client.Scopes.Any(scope => !ScopeCatalogue.Exists(scope)), path + ".scope", "scope",
            "client_credentials and token exchange need a scope of a protected resource");

        // SECURITY: RFC 9068 §5. The client is the subject of its own tokens; an API must not take it for a citizen.
        mistakes.Require(
            !isOwn || client.ClientId.Length != SubjectLength, path + ".client_id", "subject-shape",
            "looks like a citizen's subject, which has 32 characters: choose a shorter or a longer id");
    }

    internal static void CheckProfile(ClientMetadata client, ClientProfile profile, string path, Mistakes mistakes)
    {
        for (var i = 0; i < client.GrantTypes.Count; i++)
        {
            mistakes.Require(
                client.GrantTypes[i].Length == 0 || profile.GrantTypes.Contains(client.GrantTypes[i]), $"{path}.grant_types[{i}]", "grant-type",
                $"must be one of {string.Join(", ", profile.GrantTypes)} in the profile {profile.Name}");
        }

        CheckLifetime(client.AccessTokenLifetime, ShortestAccessToken, profile.LongestAccessToken, path + ".moi_access_token_lifetime", mistakes);
        CheckLifetime(client.RefreshTokenLifetime, ShortestRefreshToken, profile.LongestRefreshToken, path + ".moi_refresh_token_lifetime", mistakes);
    }

    private static void CheckLifetime(TimeSpan lifetime, TimeSpan shortest, TimeSpan longest, string path, Mistakes mistakes)
        => mistakes.Require(
            lifetime >= shortest && lifetime <= longest, path, "lifetime",
            $"must lie between {shortest.TotalSeconds:0} and {longest.TotalSeconds:0} seconds");
}
