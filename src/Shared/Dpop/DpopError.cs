namespace Moi.Identity.Dpop;

/// <summary>Why a DPoP proof was refused. The names are stable: logs, metrics and tests share them.</summary>
internal enum DpopError
{
    Missing = 1,
    SeveralHeaders,
    TooLong,
    Malformed,
    WrongType,
    AlgorithmNotAllowed,
    CriticalHeader,
    KeyMissing,
    KeyIsPrivate,
    KeyNotSupported,
    KeyInvalid,
    SignatureInvalid,
    MethodMismatch,
    AddressMismatch,
    JtiMissing,
    NonceMissing,
    NonceMismatch,
    TimeMissing,
    TimeOutsideWindow,
    AccessTokenHashMismatch,
    KeyMismatch,
}

/// <summary>What the sender is told of its own proof: enough to mend it, and nothing about anybody else's.</summary>
internal static class DpopErrors
{
    /// <summary>RFC 9449 §8 and §9: the sender gets a fresh nonce and may try again.</summary>
    internal static bool WantsNonce(this DpopError error) => error is DpopError.NonceMissing or DpopError.NonceMismatch;

    /// <summary>RFC 9449 §5 and §7.1: the <c>error</c> for a token request or for a protected resource.</summary>
    internal static string Code(this DpopError error) => error.WantsNonce() ? "use_dpop_nonce" : "invalid_dpop_proof";

    /// <summary>A sentence for <c>error_description</c>: ASCII, without quotation marks (RFC 6749 §5.2, RFC 6750 §3).</summary>
    internal static string Hint(this DpopError error) => error switch
    {
        DpopError.Missing => "A DPoP proof is required: one header field DPoP.",
        DpopError.SeveralHeaders => "There is more than one DPoP header field.",
        DpopError.TooLong => "The DPoP proof is too long.",
        DpopError.Malformed => "The DPoP proof is not a signed JWT in compact form with strict JSON.",
        DpopError.WrongType => "The typ of the DPoP proof must be dpop+jwt.",
        DpopError.AlgorithmNotAllowed => "The alg of the DPoP proof is not one of those in dpop_signing_alg_values_supported.",
        DpopError.CriticalHeader => "The DPoP proof has a crit header parameter.",
        DpopError.KeyMissing => "The DPoP proof has no jwk header parameter.",
        DpopError.KeyIsPrivate => "The jwk of the DPoP proof holds a private or symmetric key. Treat this key as disclosed.",
        DpopError.KeyNotSupported => "The jwk of the DPoP proof does not fit its alg.",
        DpopError.KeyInvalid => "The jwk of the DPoP proof is no valid public key, or an RSA key of less than 2048 bits.",
        DpopError.SignatureInvalid => "The signature of the DPoP proof is not valid.",
        DpopError.MethodMismatch => "The htm of the DPoP proof is not the method of this request.",
        DpopError.AddressMismatch => "The htu of the DPoP proof is not the address of this request.",
        DpopError.JtiMissing => "The DPoP proof needs a jti of 1 to 256 characters.",
        DpopError.NonceMissing => "The DPoP proof needs the nonce of the DPoP-Nonce header field.",
        DpopError.NonceMismatch => "The nonce of the DPoP proof is not current. Use the one of the DPoP-Nonce header field.",
        DpopError.TimeMissing => "The DPoP proof needs an iat, in seconds.",
        DpopError.TimeOutsideWindow => "The DPoP proof was made too long ago or lies in the future. Check the clock.",
        DpopError.AccessTokenHashMismatch => "The ath of the DPoP proof is not the hash of the access token.",
        DpopError.KeyMismatch => "The DPoP proof was made with another key than the one that is expected.",
        _ => "The DPoP proof was refused.",
    };
}
