using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>§7.1 steps 23 and 24.</summary>
/// <remarks>SECURITY: certificates that the sender supplied are never anchors (GHSA-6hxq-p678-4hr2). The engine has no
/// other source of anchors, so a policy that wants a trusted attestation accepts none.</remarks>
internal static class AttestationTrust
{
    internal static void Assess(AttestationEvidence evidence, Guid aaguid, RegistrationPolicy policy, EngineMode mode)
    {
        Require(!policy.DeniedAaguids.Contains(aaguid), WebAuthnError.TrustAaguidDenied);

        // An AAGUID that no anchor vouches for is only a claim: a list of models implies trust (CVE-2026-6856).
        var acceptance = policy.AllowedAaguids.Count > 0 ? AttestationAcceptance.Trusted : policy.Attestation;
        switch (evidence.Type)
        {
            case AttestationType.None:
                // "If no attestation was provided, verify that None attestation is acceptable under Relying Party policy."
                Require(acceptance == AttestationAcceptance.Any, WebAuthnError.TrustType, "No attestation.");
                break;
            case AttestationType.Self:
                // "If self attestation was used, verify that self attestation is acceptable under Relying Party policy."
                Require(acceptance is AttestationAcceptance.SelfOrBetter or AttestationAcceptance.Any, WebAuthnError.TrustType, "Self attestation.");
                break;
            default:
                // "Otherwise, use the X.509 certificates returned as the attestation trust path from the verification procedure to
                //  verify that the attestation public key either correctly chains up to an acceptable root certificate, or is
                //  itself an acceptable certificate".
                Require(
                    acceptance is AttestationAcceptance.Certified or AttestationAcceptance.SelfOrBetter or AttestationAcceptance.Any,
                    WebAuthnError.TrustNoAnchor);
                break;
        }
    }
}
