namespace Moi.Identity.Idp.Features.Clients;

/// <summary>What a class of clients may and must do. The rules are data that the handlers read.</summary>
internal sealed record ClientProfile
{
    /// <summary>基本: stock OpenID Connect products and most agencies.</summary>
    internal static readonly ClientProfile Basic = new()
    {
        Name = "basic",
        AuthMethods =
            ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "client_secret_basic", "client_secret_post", "none"],
        AssertionAlgs = ["ES256", "PS256", "RS256"],
        DefaultAssertionAlgs = ["ES256", "PS256"],
        IdTokenAlgs = ["ES256", "PS256", "RS256"],
        GrantTypes = ["authorization_code", "refresh_token"],
        RotatesRefreshTokens = true,
        LongestAccessToken = TimeSpan.FromHours(1),
        LongestRefreshToken = TimeSpan.FromDays(90),
    };

    /// <summary>高: FAPI 2.0 Security Profile, for sensitive data.</summary>
    internal static readonly ClientProfile Fapi2 = new()
    {
        Name = "fapi2",
        AuthMethods = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"],
        AssertionAlgs = ["ES256", "PS256"],
        DefaultAssertionAlgs = ["ES256", "PS256"],
        IdTokenAlgs = ["ES256", "PS256"],
        GrantTypes = ["authorization_code", "refresh_token"],
        LongestAccessToken = TimeSpan.FromMinutes(15),
        LongestRefreshToken = TimeSpan.FromDays(30),
        RequiresPushedRequests = true,
        RequiresSenderConstraint = true,
        RequiresNotBeforeInRequests = true,
    };

    internal static readonly IReadOnlyList<ClientProfile> All = [Basic, Fapi2];

    internal required string Name { get; init; }

    internal required IReadOnlyList<string> AuthMethods { get; init; }

    /// <summary>What <c>token_endpoint_auth_signing_alg</c> may say.</summary>
    internal required IReadOnlyList<string> AssertionAlgs { get; init; }

    /// <summary>What is accepted from a client that registered no algorithm.</summary>
    internal required IReadOnlyList<string> DefaultAssertionAlgs { get; init; }

    internal required IReadOnlyList<string> IdTokenAlgs { get; init; }

    internal required IReadOnlyList<string> GrantTypes { get; init; }

    internal bool RequiresPushedRequests { get; init; }

    /// <summary>FAPI 2.0 Security Profile §5.3.2.1: tokens are bound to a key of the client, by DPoP or mutual TLS.</summary>
    internal bool RequiresSenderConstraint { get; init; }

    /// <summary>FAPI 2.0 Message Signing §5.3.1: a signed request says from when it is good.</summary>
    internal bool RequiresNotBeforeInRequests { get; init; }

    /// <summary>
    /// RFC 9700 §4.14.2: each use of a refresh token gives another and spends it. FAPI 2.0 §5.3.2.1 forbids that for its
    /// clients, whose tokens are bound to a key instead.
    /// </summary>
    internal bool RotatesRefreshTokens { get; init; }

    internal required TimeSpan LongestAccessToken { get; init; }

    internal required TimeSpan LongestRefreshToken { get; init; }

    internal static ClientProfile? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
