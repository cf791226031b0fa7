namespace Moi.Identity.Fido2;

/// <summary>Why a metadata BLOB was refused; FIDO Metadata Service v3 §3.2. The names are stable.</summary>
public enum MetadataError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Longer than any BLOB may be.</summary>
    TooLarge,

    /// <summary>Not three parts of base64url, or a header that is no JSON object of the expected shape.</summary>
    Malformed,

    /// <summary>The signature algorithm is not one of the accepted, or does not fit the signer's key.</summary>
    Algorithm,

    /// <summary><c>x5c</c> is missing, or is no list of certificates. <c>x5u</c> is not followed.</summary>
    Certificates,

    /// <summary>The signer's certificates do not lead to a pinned root.</summary>
    SignerUntrusted,

    /// <summary>A certificate of the signer is outside its validity.</summary>
    SignerExpired,

    /// <summary>A certificate of the signer was revoked, or nothing current says that it was not.</summary>
    SignerRevoked,

    /// <summary>The signer is somebody else, although the certificates lead to the root.</summary>
    SignerName,

    /// <summary>The signature does not verify.</summary>
    Signature,

    /// <summary>The payload is not what the specification describes.</summary>
    Payload,

    /// <summary>The legal header is missing.</summary>
    LegalHeader,

    /// <summary><c>nextUpdate</c> and the days of grace are over: somebody may be holding back newer ones.</summary>
    Stale,

    /// <summary><c>no</c> is not above the number known: an older BLOB, or two with one number.</summary>
    Rollback,
}
