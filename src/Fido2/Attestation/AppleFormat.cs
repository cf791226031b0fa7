using System.Formats.Asn1;
using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.8, "Apple Anonymous Attestation Statement Format".</summary>
internal sealed class AppleFormat : IAttestationStatementFormat
{
    private const string NonceExtension = "1.2.840.113635.100.8.2";

    // Devices of 2020 also wrote "alg"; nothing depends on it, because the statement has no signature of its own.
    private static readonly StatementSyntax Syntax = new(["x5c", "alg"], WebAuthnError.AppleMembers, WebAuthnError.AppleX5c);

    public string Identifier => "apple";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var certificates = StatementMap.Read(input.Statement, Syntax).RequiredCertificates;
        var credCert = AttestationCertificate.Parse(certificates[0]);
        AttestationCertificate.CheckRest(certificates);

        // 2. "Concatenate authenticatorData and clientDataHash to form nonceToHash."
        // 3. "Perform SHA-256 hash of nonceToHash to produce nonce."
        var nonce = SHA256.HashData(input.SignedData);

        // 4. "Verify that nonce equals the value of the extension with OID 1.2.840.113635.100.8.2 in credCert."
        //    SECURITY: it is all that ties the certificate to this ceremony.
        Require(credCert.Find(NonceExtension) is { } extension && IsNonce(extension.Value, nonce), WebAuthnError.AppleNonce);

        // 5. "Verify that the credential public key equals the Subject Public Key of credCert."
        Require(
            credCert.ToCoseKey((int)input.CredentialKey.Algorithm) is { } certified && certified.IsSameKeyAs(input.CredentialCoseKey),
            WebAuthnError.AppleKey);

        // 6. "If successful, return … attestation type Anonymization CA and attestation trust path x5c."
        return new AttestationEvidence(AttestationType.AnonCA, certificates);
    }

    /// <summary><c>SEQUENCE { [1] EXPLICIT OCTET STRING }</c>, as Apple writes it.</summary>
    private static bool IsNonce(ReadOnlyMemory<byte> value, byte[] nonce)
    {
        try
        {
            var reader = new AsnReader(value, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var tagged = sequence.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 1));
            sequence.ThrowIfNotEmpty();
            var claimed = tagged.ReadOctetString();
            tagged.ThrowIfNotEmpty();
            return claimed.AsSpan().SequenceEqual(nonce);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
