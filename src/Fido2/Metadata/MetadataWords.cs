namespace Moi.Identity.Fido2.Metadata;

/// <summary>Words of the FIDO Registry of Predefined Values, §3.6.</summary>
internal static class MetadataWords
{
    /// <summary>COSE algorithms of <c>authenticationAlgorithms</c>; the encoding of a signature is settled by WebAuthn.</summary>
    private static readonly Dictionary<string, int> Algorithms = new(StringComparer.Ordinal)
    {
        ["secp256r1_ecdsa_sha256_raw"] = -7,
        ["secp256r1_ecdsa_sha256_der"] = -7,
        ["secp384r1_ecdsa_sha384_raw"] = -35,
        ["secp521r1_ecdsa_sha512_raw"] = -36,
        ["secp512r1_ecdsa_sha256_raw"] = -36,
        ["secp256k1_ecdsa_sha256_raw"] = -47,
        ["secp256k1_ecdsa_sha256_der"] = -47,
        ["ed25519_eddsa_sha512_raw"] = -8,
        ["ed448_eddsa_sha512_raw"] = -53,
        ["rsassa_pss_sha256_raw"] = -37,
        ["rsassa_pss_sha256_der"] = -37,
        ["rsassa_pss_sha384_raw"] = -38,
        ["rsassa_pss_sha512_raw"] = -39,
        ["rsassa_pkcsv15_sha256_raw"] = -257,
        ["rsa_emsa_pkcs1_sha256_raw"] = -257,
        ["rsa_emsa_pkcs1_sha256_der"] = -257,
        ["rsassa_pkcsv15_sha384_raw"] = -258,
        ["rsassa_pkcsv15_sha512_raw"] = -259,
        ["rsassa_pkcsv15_sha1_raw"] = -65535,
    };

    /// <summary>Whether the word is that algorithm's, or one that nobody knows yet.</summary>
    internal static bool MayMean(string word, CoseAlgorithm algorithm)
        => !Algorithms.TryGetValue(word, out var known) || known == (int)OlderName(algorithm);

    /// <summary>What the registry has a word for: it knows no fully specified algorithms (RFC 9864), which in WebAuthn say the
    /// same as the older ones (§5.8.5).</summary>
    private static CoseAlgorithm OlderName(CoseAlgorithm algorithm) => algorithm switch
    {
        CoseAlgorithm.ESP256 => CoseAlgorithm.ES256,
        CoseAlgorithm.ESP384 => CoseAlgorithm.ES384,
        CoseAlgorithm.ESP512 => CoseAlgorithm.ES512,
        CoseAlgorithm.Ed25519 => CoseAlgorithm.EdDSA,
        _ => algorithm,
    };

    /// <summary>The attestation type of a word; null for one that WebAuthn does not have.</summary>
    internal static AttestationType? TypeOf(string word) => word switch
    {
        "basic_full" => AttestationType.Basic,
        "basic_surrogate" => AttestationType.Self,
        "attca" => AttestationType.AttCA,
        "anonca" => AttestationType.AnonCA,
        "none" => AttestationType.None,
        _ => null,
    };
}
