using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Moi.Identity.Idp.Features.SignIn;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A registration as the protocol reads it: parsed once, immutable, shared by all requests.</summary>
internal sealed class Client
{
    private readonly byte[]? _secretHash;

    internal Client(ClientMetadata metadata, byte[]? secretHash)
    {
        Metadata = metadata;
        _secretHash = secretHash;
        Profile = ClientProfile.Find(metadata.Profile) ?? throw new InvalidOperationException("A profile that does not exist.");
        RedirectUris = [.. metadata.RedirectUris];
        PostLogoutRedirectUris = [.. metadata.PostLogoutRedirectUris];
        Keys = metadata.Jwks is null ? ClientKeys.None : ClientKeys.Read(metadata.Jwks, "$.jwks", new Mistakes());
        AssertionAlgs = metadata.TokenEndpointAuthSigningAlg is { } alg ? [alg] : [.. Profile.DefaultAssertionAlgs];
        RequestObjectAlgs = metadata.RequestObjectSigningAlg is { } signed ? [signed] : [.. Profile.AssertionAlgs];
        ReleasableClaims = [.. metadata.Claims ?? ScopeCatalogue.All.Where(scope => metadata.Scopes.Contains(scope.Name)).SelectMany(scope => scope.Claims)];
        Permissions = [.. GetPermissions(metadata)];
        Settings = GetSettings(metadata);
        Requirements = [OpenIddictConstants.Requirements.Features.ProofKeyForCodeExchange];
    }

    internal ClientMetadata Metadata { get; }

    internal string Id => Metadata.ClientId;

    /// <summary>The agency: clients of one agency see the same subject for a citizen.</summary>
    internal string Sector => Metadata.Sector;

    /// <summary>Whether it is being developed: pages say so, and it gets no standing consent.</summary>
    internal bool IsSandbox => Metadata.Environment == ClientMetadata.Sandbox;

    internal bool AsksEveryTime => IsSandbox || Metadata.Consent == "always";

    /// <summary>The protected resource that this client is, if it is one.</summary>
    internal ProtectedResource? Resource => Metadata.Resource;

    internal ClientProfile Profile { get; }

    internal bool IsActive => Metadata.Status == "active";

    internal bool IsPublic => Metadata.TokenEndpointAuthMethod == ClientAuthenticationMethods.None;

    /// <summary>RFC 8705 §2: it proves who it is by the certificate of its connection.</summary>
    internal bool UsesCertificate
        => Metadata.TokenEndpointAuthMethod is ClientAuthenticationMethods.TlsClientAuth or ClientAuthenticationMethods.SelfSignedTlsClientAuth;

    internal bool RequiresPushedRequests => Profile.RequiresPushedRequests || Metadata.RequirePushedAuthorizationRequests;

    internal ImmutableArray<string> RedirectUris { get; }

    internal ImmutableArray<string> PostLogoutRedirectUris { get; }

    /// <summary>The keys of an inline <c>jwks</c>.</summary>
    internal ClientKeys Keys { get; }

    /// <summary>Algorithms in which its assertions may be signed.</summary>
    internal ImmutableArray<string> AssertionAlgs { get; }

    /// <summary>Algorithms in which its requests may be signed.</summary>
    internal ImmutableArray<string> RequestObjectAlgs { get; }

    /// <summary>Claims that it may ask for one by one.</summary>
    internal ImmutableArray<string> ReleasableClaims { get; }

    internal ImmutableArray<string> Permissions { get; }

    internal ImmutableArray<string> Requirements { get; }

    /// <summary>How long its tokens live, as the engine asks for it.</summary>
    internal ImmutableDictionary<string, string> Settings { get; }

    /// <summary>Whether this is the client's secret.</summary>
    /// <remarks>
    /// The secret is 256 random bits of our own making, so one SHA-256 protects it as well as a slow hash would.
    /// </remarks>
    internal bool HasSecret(string secret)
        => _secretHash is not null && CryptographicOperations.FixedTimeEquals(_secretHash, ClientSecret.Hash(secret));

    /// <summary>Whether a browser may be sent there: exactly a registered address, compared as whole strings.</summary>
    /// <remarks>RFC 8252 §7.3: for native applications the port of a loopback address may differ.</remarks>
    internal bool AllowsRedirect(string address)
        => RedirectUris.Contains(address)
            || (Metadata.ApplicationType == ApplicationTypes.Native && RedirectUris.Any(known => IsSameLoopback(known, address)));

    /// <summary>Whether it may ask for a claim by its name.</summary>
    internal bool MayHave(string claim) => ReleasableClaims.Contains(claim);

    /// <summary>Whether it may go on without the citizen, by refresh tokens.</summary>
    internal bool MayGoOffline => Metadata.Scopes.Contains(ScopeCatalogue.OfflineAccess);

    /// <summary>What the sign-in and consent pages say of it.</summary>
    /// <param name="redirectUri">Where the browser will be sent; nothing if it stays here.</param>
    internal RequestingService Describe(string? redirectUri)
        => new(
            Id, Metadata.NameZh, Metadata.NameEn, Metadata.AgencyNameZh, Metadata.AgencyNameEn,
            redirectUri is not null && new Uri(redirectUri, UriKind.Absolute) is { Scheme: "http" or "https" } uri
                ? uri.GetLeftPart(UriPartial.Authority)
                : redirectUri,
            IsSandbox);

    private static bool IsSameLoopback(string known, string address)
        => Uri.TryCreate(known, UriKind.Absolute, out var registered)
            && Uri.TryCreate(address, UriKind.Absolute, out var asked)
            && registered.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(registered.Host.Trim('[', ']'), out var ip)
            && IPAddress.IsLoopback(ip)
            && new UriBuilder(asked) { Port = registered.Port }.Uri.AbsoluteUri == registered.AbsoluteUri
            && asked.AbsoluteUri == address;

    private static ImmutableDictionary<string, string> GetSettings(ClientMetadata metadata)
        => ImmutableDictionary<string, string>.Empty
            .Add(OpenIddictConstants.Settings.TokenLifetimes.AccessToken, metadata.AccessTokenLifetime.ToString("c", CultureInfo.InvariantCulture))
            .Add(OpenIddictConstants.Settings.TokenLifetimes.RefreshToken, metadata.RefreshTokenLifetime.ToString("c", CultureInfo.InvariantCulture));

    private static IEnumerable<string> GetPermissions(ClientMetadata metadata)
    {
        yield return OpenIddictConstants.Permissions.Endpoints.EndSession;
        if (metadata.GrantTypes.Count > 0)
        {
            yield return OpenIddictConstants.Permissions.Endpoints.Token;
            yield return OpenIddictConstants.Permissions.Endpoints.Revocation;
        }

        if (metadata.GrantTypes.Contains(GrantTypes.AuthorizationCode))
        {
            yield return OpenIddictConstants.Permissions.Endpoints.Authorization;
            yield return OpenIddictConstants.Permissions.Endpoints.PushedAuthorization;
            yield return OpenIddictConstants.Permissions.ResponseTypes.Code;
        }

        if (metadata.GrantTypes.Contains(GrantTypes.DeviceCode))
        {
            yield return OpenIddictConstants.Permissions.Endpoints.DeviceAuthorization;
        }

        // A public client cannot prove who it is, so it may not ask about tokens.
        if (metadata.TokenEndpointAuthMethod != ClientAuthenticationMethods.None)
        {
            yield return OpenIddictConstants.Permissions.Endpoints.Introspection;
        }

        foreach (var grant in metadata.GrantTypes)
        {
            yield return OpenIddictConstants.Permissions.Prefixes.GrantType + grant;
        }

        foreach (var scope in metadata.Scopes)
        {
            yield return OpenIddictConstants.Permissions.Prefixes.Scope + scope;
        }
    }
}
