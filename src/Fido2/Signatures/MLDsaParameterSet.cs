using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>A parameter set of ML-DSA; FIPS 204 §4.</summary>
internal sealed record MLDsaParameterSet(
    CoseAlgorithm Algorithm, string Oid, int PublicKeyLength, int SignatureLength, MLDsaAlgorithm Platform, MLDsaParameters Bouncy)
{
    internal static readonly MLDsaParameterSet MLDsa44 = new(
        CoseAlgorithm.MLDsa44, "2.16.840.1.101.3.4.3.17", 1312, 2420, MLDsaAlgorithm.MLDsa44, MLDsaParameters.ml_dsa_44);

    internal static readonly MLDsaParameterSet MLDsa65 = new(
        CoseAlgorithm.MLDsa65, "2.16.840.1.101.3.4.3.18", 1952, 3309, MLDsaAlgorithm.MLDsa65, MLDsaParameters.ml_dsa_65);

    internal static readonly MLDsaParameterSet MLDsa87 = new(
        CoseAlgorithm.MLDsa87, "2.16.840.1.101.3.4.3.19", 2592, 4627, MLDsaAlgorithm.MLDsa87, MLDsaParameters.ml_dsa_87);
}
