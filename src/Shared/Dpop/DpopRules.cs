namespace Moi.Identity.Dpop;

/// <summary>What the receiver holds every proof to.</summary>
internal sealed record DpopRules
{
    /// <summary>The allowed <c>alg</c> values, of those that <see cref="DpopKey"/> knows: ES256, ES384, ES512, PS256, PS384, PS512.</summary>
    internal IReadOnlyList<string> Algorithms { get; init; } = ["ES256"];

    /// <summary>How old a proof may be. The replay cache must remember that long.</summary>
    internal TimeSpan Past { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How far ahead the sender's clock may be. FAPI 2.0 §5.3.2.1 wants 10 seconds to be accepted.</summary>
    internal TimeSpan Future { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The request that a proof came with.</summary>
/// <param name="Headers">Every value of the header field <c>DPoP</c>.</param>
/// <param name="Method">The method, as it was sent.</param>
/// <param name="Address">The address that the sender used: scheme, authority and path, still percent-encoded; a query is ignored.</param>
internal sealed record DpopRequest(IReadOnlyList<string?> Headers, string Method, string Address)
{
    /// <summary>The access token that came with the proof; its hash must be in <c>ath</c>.</summary>
    internal string? AccessToken { get; init; }

    /// <summary>The thumbprint of the key that the code, token or request is bound to (<c>cnf.jkt</c>, <c>dpop_jkt</c>).</summary>
    internal string? BoundTo { get; init; }

    /// <summary>Tells a current nonce from any other. Without it no nonce is asked for.</summary>
    internal Func<string, bool>? AcceptsNonce { get; init; }
}
