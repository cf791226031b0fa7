using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Fido2.Signatures;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>An attestation object whose statement runs through the verification procedure of its format; §8.</summary>
/// <remarks>The soft authenticator's ceremonies all have the same client data, so that its statements verify.</remarks>
internal sealed class StatementTarget : FuzzTarget
{
    private static readonly RegistrationPolicy Policy = RegistrationPolicy.Passkeys with
    {
        AllowAndroidSafetyNet = true,
        AllowTpmSha1 = true,
        AllowUnknownTpmManufacturers = true,
        CompoundStatements = CompoundStatements.Any,
    };

    private static readonly byte[][] Dictionary =
    [
        .. new[] { "fmt", "attStmt", "alg", "sig", "x5c", "ver", "certInfo", "pubArea", "response", "ecdaaKeyId", "2.0", "none", "packed", "tpm", "apple", "compound", "fido-u2f", "android-key", "android-safetynet" }.Select(Cbor.Text),
        .. SoftKey.Algorithms.Select(algorithm => Cbor.Number(algorithm)),
    ];

    internal override string Name => "attestation-statement";

    internal override IReadOnlyList<Type> Parsers =>
    [
        typeof(StatementMap), typeof(PackedFormat), typeof(TpmFormat), typeof(AndroidKeyFormat), typeof(SafetyNetFormat), typeof(FidoU2fFormat),
        typeof(AppleFormat), typeof(CompoundFormat), typeof(NoneFormat),
    ];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override int QuickChanges => 400;

    internal override bool Run(byte[] input)
    {
        AttestationInput statement;
        IAttestationStatementFormat format;
        try
        {
            var parsed = AttestationObject.Parse(input);
            if (parsed.AuthenticatorData.Attested is not { } attested || AttestationFormats.Find(parsed.Format) is not { } found)
            {
                return false;
            }

            format = found;
            var coseKey = CoseKey.Parse(attested.PublicKey.Span, canonical: true);
            statement = new AttestationInput
            {
                Statement = parsed.Statement,
                AuthenticatorData = parsed.AuthenticatorData,
                Attested = attested,
                ClientDataHash = SoftCeremonies.ClientDataHash,
                CredentialCoseKey = coseKey,
                CredentialKey = VerificationKey.Create(coseKey),
                Policy = Policy,
                Now = SoftCeremonies.Now,
                Mode = EngineMode.Specification,
            };
        }
        catch (WebAuthnException)
        {
            // Other targets are about these.
            return false;
        }

        AttestationEvidence evidence;
        try
        {
            evidence = format.Verify(statement);
        }
        catch (WebAuthnException)
        {
            return false;
        }

        var hasCertificates = evidence.TrustPath.Count > 0;
        Invariant.Holds(hasCertificates == evidence.Type is not (AttestationType.None or AttestationType.Self), "An attestation type that does not fit its certificates.");
        foreach (var certificate in evidence.TrustPath)
        {
            AttestationCertificate.Parse(certificate);
        }

        return true;
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        foreach (var (name, encoded) in SoftCeremonies.AttestationObjects())
        {
            yield return (name, encoded);
        }

        yield return ("Tpm-RS256", SoftCeremonies.Member(SoftCeremonies.Register(SoftAttestation.Tpm, -257), "attestationObject"));
        yield return ("PackedSelf-EdDSA", SoftCeremonies.Member(SoftCeremonies.Register(SoftAttestation.PackedSelf, -8), "attestationObject"));
        yield return ("Packed-ecdaa", SoftCeremonies.Member(
            SoftCeremonies.Register(SoftAttestation.PackedBasic, -7, new Lies { StatementMembers = members => [.. members, ("ecdaaKeyId", Cbor.Bytes([1]))] }), "attestationObject"));
    }
}
