using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.2, "Packed Attestation Statement Format".</summary>
internal sealed class PackedFormat : IAttestationStatementFormat
{
    private const int MostCertificates = 8;

    public string Identifier => "packed";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = Parse(input.Statement.Span);

        // 2. "If x5c is present:"
        if (statement.Certificates is { } certificates)
        {
            // "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash using the
            //  attestation public key in attestnCert with the algorithm specified in alg."
            var leaf = AttestationCertificate.Parse(certificates[0]);
            Require(leaf.TryGetKey(statement.Algorithm, out var attestationKey), WebAuthnError.PackedAlgorithm, "alg does not fit the certificate's key.");
            attestationKey.Verify(input.SignedData, statement.Signature);

            // "Verify that attestnCert meets the requirements in § 8.2.1" and "If attestnCert contains an extension with OID
            //  1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) verify that the value of this extension matches the aaguid in
            //  authenticatorData."
            PackedCertificateRules.Check(leaf, input.Attested.Aaguid, input.IsEnterpriseRequested);

            // Every other certificate must be one too, trusted or not.
            foreach (var issuer in certificates.Skip(1))
            {
                AttestationCertificate.Parse(issuer);
            }

            // "Optionally, inspect x5c and consult externally provided knowledge to determine whether attStmt conveys a Basic
            //  or AttCA attestation." There is none without metadata.
            // "If successful, return … attestation type Basic, AttCA or uncertainty, and attestation trust path x5c."
            return new AttestationEvidence(AttestationType.Basic, certificates);
        }

        // 3. "If x5c is not present, self attestation is in use."
        //    "Validate that alg matches the algorithm of the credentialPublicKey in authenticatorData."
        Require(statement.Algorithm == (int)input.CredentialKey.Algorithm, WebAuthnError.PackedAlgorithm, "alg is not that of the credential key.");

        //    "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash using the
        //     credential public key with alg."
        input.CredentialKey.Verify(input.SignedData, statement.Signature);

        //    "If successful, return … attestation type Self and an empty attestation trust path."
        return new AttestationEvidence(AttestationType.Self, []);
    }

    private static Statement Parse(ReadOnlySpan<byte> encoded)
    {
        var reader = new CborReader(encoded, WebAuthnError.AttestationCbor, canonical: false);
        Require(reader.TryReadMap(out var count), WebAuthnError.PackedMembers, "Not a map.");
        long? algorithm = null;
        byte[]? signature = null;
        List<byte[]>? certificates = null;
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadText(out var name), WebAuthnError.PackedMembers, "A name is not text.");
            if (name.SequenceEqual("alg"u8))
            {
                Require(reader.TryReadInteger(out var value), WebAuthnError.PackedMembers, "alg");
                algorithm = value;
            }
            else if (name.SequenceEqual("sig"u8))
            {
                Require(reader.TryReadBytes(out var value), WebAuthnError.PackedMembers, "sig");
                signature = value.ToArray();
            }
            else if (name.SequenceEqual("x5c"u8))
            {
                certificates = ReadCertificates(ref reader);
            }
            else
            {
                Require(!name.SequenceEqual("ecdaaKeyId"u8), WebAuthnError.PackedEcdaa);
                throw new WebAuthnException(WebAuthnError.PackedMembers, "An unknown member.");
            }
        }

        Require(algorithm is not null && signature is not null, WebAuthnError.PackedMembers, "alg or sig is missing.");
        return new Statement(algorithm.Value, signature, certificates);
    }

    private static List<byte[]> ReadCertificates(ref CborReader reader)
    {
        Require(reader.TryReadArray(out var count) && count is > 0 and <= MostCertificates, WebAuthnError.PackedX5c);
        var certificates = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadBytes(out var der), WebAuthnError.PackedX5c);
            certificates.Add(der.ToArray());
        }

        return certificates;
    }

    private sealed record Statement(long Algorithm, byte[] Signature, List<byte[]>? Certificates);
}
