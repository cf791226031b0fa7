namespace Moi.Identity;

/// <summary>Where the sessions of signed-in citizens live.</summary>
public enum SessionStoreKind
{
    /// <summary>In this process: sessions end when it stops, and only one instance can run.</summary>
    Memory,

    /// <summary>In Redis: sessions survive a restart and are shared by all instances.</summary>
    Redis,
}

/// <summary>How this application proves to the provider that it is the client it says it is.</summary>
public enum ClientAuthentication
{
    /// <summary>With a signed assertion and a key pair that the package makes itself (<c>private_key_jwt</c>, RFC 7523).</summary>
    PrivateKeyJwt,

    /// <summary>With a TLS client certificate of a certification authority that the provider trusts (<c>tls_client_auth</c>, RFC 8705 §2.1).</summary>
    TlsClientAuth,

    /// <summary>With a TLS client certificate of its own, published at <c>/moi/jwks</c> (<c>self_signed_tls_client_auth</c>, RFC 8705 §2.2).</summary>
    SelfSignedTlsClientAuth,
}

/// <summary>
/// Section <c>MoiIdentity</c>: everything an agency's application says about itself and its provider.
/// Every setting can come from the environment, for example <c>MoiIdentity__ClientId</c>.
/// </summary>
/// <remarks>All mistakes are reported together when the application starts, each with a code (MOI001…) and the setting's name.</remarks>
public sealed class MoiIdentityOptions
{
    /// <summary>The provider's address, for example <c>https://id.example.gov.tw</c>. Required.</summary>
    /// <remarks>
    /// Must be <c>https</c>, except for names that never leave this machine (<c>localhost</c>, <c>*.localhost</c>, loopback addresses).
    /// The issuer in the provider's discovery document must be this very string; a final slash, which some providers add to an
    /// address without a path, is the only difference tolerated. From then on the issuer is compared exactly as discovered.
    /// </remarks>
    public string Authority { get; set; } = "";

    /// <summary>The client identifier under which the provider knows this application. Required.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The origin at which browsers reach this application, for example <c>https://hello.example.gov.tw</c>. Required.</summary>
    /// <remarks>
    /// Scheme, host and port only. Redirect addresses are made from it and never from the <c>Host</c> header, so a forged header or a
    /// proxy that rewrites it changes nothing. When it is <c>https</c>, cookies are Secure and carry the <c>__Host-</c> prefix.
    /// </remarks>
    public string PublicOrigin { get; set; } = "";

    /// <summary>The name citizens see at the provider (<c>client_name</c> in <c>/moi/client.json</c>) and on the package's own pages.</summary>
    /// <value>Default: the application's assembly name; none on pages.</value>
    public string? ClientName { get; set; }

    /// <summary>The name in other languages, keyed by language tag, for example <c>zh-TW</c>.</summary>
    public IDictionary<string, string> ClientNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The identifier of the agency that runs this application (<c>moi_agency</c> in <c>/moi/client.json</c>).</summary>
    public string? Agency { get; set; }

    /// <summary>The agency's name (<c>moi_agency_name</c> in <c>/moi/client.json</c>).</summary>
    public string? AgencyName { get; set; }

    /// <summary>The agency's name in other languages, keyed by language tag, for example <c>zh-TW</c>.</summary>
    public IDictionary<string, string> AgencyNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The client profile asked for at the provider (<c>moi_profile</c> in <c>/moi/client.json</c>).</summary>
    /// <value>Default <c>basic</c>.</value>
    public string Profile { get; set; } = "basic";

    /// <summary>The scopes to ask for; <c>openid</c> is always asked for.</summary>
    /// <value>Default: when empty, <c>openid profile</c>.</value>
    public IList<string> Scopes { get; } = [];

    /// <summary>Whether to read claims from the provider's UserInfo endpoint too (OpenID Connect Core §5.4).</summary>
    /// <value>Default <see langword="true"/>: with the authorization code flow, profile claims are given there.</value>
    public bool UseUserInfo { get; set; } = true;

    /// <summary>Where sessions live.</summary>
    /// <value>Default <see cref="SessionStoreKind.Memory"/>.</value>
    public SessionStoreKind SessionStore { get; set; } = SessionStoreKind.Memory;

    /// <summary>The connection string of Redis, in the form of StackExchange.Redis. Required with <see cref="SessionStoreKind.Redis"/>.</summary>
    public string? Redis { get; set; }

    /// <summary>How long a session lasts at most, whatever the citizen does.</summary>
    /// <value>Default 8 hours; from 5 minutes to 24 hours.</value>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>How long a session lasts without a request.</summary>
    /// <value>Default 1 hour; from 1 minute to <see cref="SessionLifetime"/>.</value>
    public TimeSpan SessionIdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The folder that keeps the private keys of this client, and the Data Protection keys unless the application says otherwise.</summary>
    /// <value>Default <c>moi-keys</c> under the content root. The key pair is made at the first start.</value>
    /// <remarks>
    /// Back it up and never publish it. Instances of one client share it. Files must not be readable by other users of the machine;
    /// the application refuses to start otherwise. Every <c>*.pem</c> file in it is published at <c>/moi/jwks</c>; the last by name signs.
    /// </remarks>
    public string Keys { get; set; } = "moi-keys";

    /// <summary>The language of the few pages the SDK shows itself: <c>auto</c>, <c>zh-TW</c> or <c>en</c>.</summary>
    /// <value>Default <c>auto</c>: the culture that the application's request localization chose, else <c>Accept-Language</c>.</value>
    public string Language { get; set; } = "auto";

    /// <summary>A path of this application where citizens arrive after signing out.</summary>
    /// <value>Default <see langword="null"/>: a small page at <c>/moi/signed-out</c>.</value>
    public string? SignedOutRedirect { get; set; }

    /// <summary>How this application authenticates at the provider; must be the method that is registered.</summary>
    /// <value>Default <see cref="ClientAuthentication.PrivateKeyJwt"/>, which needs no certificate.</value>
    public ClientAuthentication ClientAuthentication { get; set; } = ClientAuthentication.PrivateKeyJwt;

    /// <summary>A PEM file with the client certificate, its private key and, after it, the certificates between it and its authority.</summary>
    /// <value>Default none; required for the two methods with a certificate. Under the content root or absolute.</value>
    /// <remarks>
    /// Must not be readable by other users of the machine. It is read at the start: restart to change it. Without <see cref="Dpop"/> access tokens
    /// are bound to it (RFC 8705 §3), and the calls of <c>AddMoiUserToken</c>, <c>AddMoiClientToken</c> and <c>AddMoiOnBehalfOf</c> present it.
    /// </remarks>
    public string? ClientCertificate { get; set; }

    /// <summary>Bind access tokens to a key of this application (DPoP, RFC 9449), so that a stolen one opens nothing.</summary>
    /// <value>Default <see langword="false"/>; the profile <c>fapi2</c> wants it.</value>
    /// <remarks>
    /// The key is made at the first start, in the folder <c>dpop</c> of <see cref="Keys"/>, and shared by all instances. Pushed requests,
    /// token requests, userinfo and the calls of <c>AddMoiUserToken</c>, <c>AddMoiClientToken</c> and <c>AddMoiOnBehalfOf</c> carry a proof
    /// each; nonces are followed. A provider that answers with an unbound token is refused.
    /// </remarks>
    public bool Dpop { get; set; }

    /// <summary>Sign the authorization request (RFC 9101), so that it is known for certain who asked for what.</summary>
    /// <value>Default <see langword="false"/>. The request is pushed either way, which already keeps it from being altered.</value>
    public bool SignedRequests { get; set; }

    /// <summary>Also accept ID tokens and logout tokens signed with RS256.</summary>
    /// <value>Default <see langword="false"/>: ES256 and PS256 only, as FAPI 2.0 asks.</value>
    public bool AllowRS256 { get; set; }

    /// <summary>UNSAFE: send the authorization request through the browser when the provider offers no pushed authorization requests.</summary>
    /// <value>Default <see langword="false"/>: without PAR (RFC 9126) nobody can sign in.</value>
    /// <remarks>Without PAR the citizen's browser, its extensions and its history see and can alter the request.</remarks>
    public bool UnsafeAllowWithoutPar { get; set; }

    /// <summary>UNSAFE: allow plain <c>http</c> to a provider that is not on this machine.</summary>
    /// <value>Default <see langword="false"/>. Anyone on the network path can sign in as any citizen when this is set.</value>
    public bool UnsafeAllowHttp { get; set; }

    /// <summary>Whether citizens sign in here (<c>AddMoiIdentity</c>), or the application is a client without pages (<c>AddMoiIdentityClient</c>).</summary>
    internal bool SignsCitizensIn { get; set; }

    /// <summary>For tests: whom the back channel trusts.</summary>
    internal Action<SocketsHttpHandler>? ConfigureBackChannel { get; set; }

    internal bool UsesCertificate => ClientAuthentication != ClientAuthentication.PrivateKeyJwt;

    /// <summary>RFC 8705 §3: access tokens are bound to the certificate, unless they are bound to a DPoP key.</summary>
    internal bool BindsTokensToCertificate => UsesCertificate && !Dpop;

    internal string TokenEndpointAuthMethod => ClientAuthentication switch
    {
        ClientAuthentication.TlsClientAuth => "tls_client_auth",
        ClientAuthentication.SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        _ => "private_key_jwt",
    };

    internal bool IsHttps => PublicOrigin.StartsWith("https:", StringComparison.Ordinal);

    internal IReadOnlyList<string> EffectiveScopes =>
        Scopes.Count == 0 ? ["openid", "profile"] : [.. Scopes.Prepend("openid").Distinct(StringComparer.Ordinal)];

    internal string[] ValidAlgorithms => AllowRS256 ? ["ES256", "PS256", "RS256"] : ["ES256", "PS256"];
}
