namespace Moi.Identity;

/// <summary>What an access token must be bound to, so that a stolen one opens nothing.</summary>
public enum TokenBinding
{
    /// <summary>A token that is bound must be proven; one that is not bound is taken as it is.</summary>
    WhenBound,

    /// <summary>Every token must be bound, to a DPoP key or to a client certificate.</summary>
    Required,

    /// <summary>Every token must be bound to a DPoP key (RFC 9449).</summary>
    Dpop,

    /// <summary>Every token must be bound to a client certificate (RFC 8705 §3).</summary>
    MutualTls,
}

/// <summary>Section <c>MoiIdentityApi</c>: whose access tokens an API takes, and what it wants of them.</summary>
/// <remarks>All mistakes are reported together when the application starts, each with a code (MOI061…) and the setting's name.</remarks>
public sealed class MoiIdentityApiOptions
{
    /// <summary>The provider's address; its discovery document must name it as the issuer.</summary>
    /// <value>Default: <c>MoiIdentity:Authority</c>, when that is set; otherwise required.</value>
    public string Authority { get; set; } = "";

    /// <summary>This API's name or address at the provider: a token must name it in <c>aud</c>. Required.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The origin at which clients reach this API, for example <c>https://taxes.example.gov.tw</c>.</summary>
    /// <value>Default: <c>MoiIdentity:PublicOrigin</c>, when that is set; otherwise required.</value>
    /// <remarks>A DPoP proof names the address it was made for (<c>htu</c>). It is compared with this, never with the <c>Host</c> header, which the sender chooses.</remarks>
    public string PublicOrigin { get; set; } = "";

    /// <summary>What tokens must be bound to.</summary>
    /// <value>Default <see cref="TokenBinding.WhenBound"/>; an API with sensitive data wants <see cref="TokenBinding.Required"/>.</value>
    public TokenBinding Binding { get; set; } = TokenBinding.WhenBound;

    /// <summary>The signature algorithms of access tokens: <c>ES256</c>, <c>ES384</c>, <c>ES512</c>, <c>PS256</c>, <c>PS384</c>, <c>PS512</c>.</summary>
    /// <value>Default: when empty, <c>ES256</c> alone.</value>
    public IList<string> Algorithms { get; } = [];

    /// <summary>Also want a nonce of this API in every DPoP proof (RFC 9449 §9), so that proofs cannot be made ahead of time.</summary>
    /// <value>Default <see langword="false"/>. Instances must share their Data Protection keys.</value>
    public bool DpopNonce { get; set; }

    /// <summary>Where the names of DPoP proofs are remembered for a minute, so that each works once: Redis, as a connection string of StackExchange.Redis.</summary>
    /// <value>Default: <c>MoiIdentity:Redis</c>, when that is set; otherwise each instance remembers its own.</value>
    public string? Redis { get; set; }

    /// <summary>UNSAFE: allow plain <c>http</c> to a provider that is not on this machine.</summary>
    /// <value>Default <see langword="false"/>. Anyone on the network path can make access tokens when this is set.</value>
    public bool UnsafeAllowHttp { get; set; }

    /// <summary>For tests: whom the back channel trusts.</summary>
    internal Action<SocketsHttpHandler>? ConfigureBackChannel { get; set; }

    internal string[] EffectiveAlgorithms => Algorithms.Count == 0 ? ["ES256"] : [.. Algorithms];
}
