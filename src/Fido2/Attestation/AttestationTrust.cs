using System.Security.Cryptography;
using Moi.Identity.Fido2.Certificates;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>Which authenticator a response says it is from.</summary>
internal sealed record ClaimedModel(Guid Aaguid, string Format, CoseAlgorithm Algorithm);

/// <summary>By whom an attestation is judged. One for each registration.</summary>
/// <remarks>What may be replaced at any time is taken when this is made, so that every statement of a response is judged by the
/// same edition.</remarks>
internal sealed record TrustContext(AttestationTrustSource Source, EngineMode Mode, DateTimeOffset Now)
{
    internal MetadataSnapshot? Metadata { get; } = Source.Metadata;

    internal IReadOnlyList<CertificateRevocationList> RevocationLists { get; } = Source.RevocationLists;
}

/// <summary>The metadata, their entry for the claimed model, and the anchors that count for it.</summary>
internal sealed record Vouchers(MetadataSnapshot? Metadata, MetadataEntry? Entry, IReadOnlyList<TrustAnchor> Anchors);

/// <summary>What became known about an attestation that is accepted.</summary>
internal sealed record TrustAssessment(AttestationType Type)
{
    /// <summary>The anchor the certificates lead to; null if the attestation is not trusted.</summary>
    internal TrustAnchor? Anchor { get; init; }

    /// <summary>The BLOB that vouched for the model; null if none did.</summary>
    internal long? MetadataNumber { get; init; }

    /// <summary>By which the metadata knows models without AAGUID; null without certificates.</summary>
    internal string? KeyIdentifier { get; init; }

    internal CertificationLevel Certification { get; init; }

    internal IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The certificates of the attestation, each statement's leaf first.</summary>
    internal IReadOnlyList<byte[]> TrustPath { get; init; } = [];
}

/// <summary>§7.1 steps 23 and 24.</summary>
/// <remarks>SECURITY: certificates that the sender supplied are never anchors (GHSA-6hxq-p678-4hr2), and an AAGUID is a claim
/// until a chain to an anchor for that very model vouches for it (CVE-2026-6856).</remarks>
internal static class AttestationTrust
{
    internal static TrustAssessment Assess(AttestationEvidence evidence, ClaimedModel model, RegistrationPolicy policy, TrustContext context)
    {
        if (evidence.Statements.Count > 0)
        {
            return CompoundTrust.Assess(evidence, model, policy, context);
        }

        Require(!policy.DeniedAaguids.Contains(model.Aaguid), WebAuthnError.TrustAaguidDenied);

        // 23. "If validation is successful, obtain a list of acceptable trust anchors (i.e. attestation root certificates) for that
        //      attestation type and attestation statement format fmt, from a trusted source or from policy."
        var metadata = context.Metadata;
        var keyIdentifier = evidence.TrustPath.Count > 0 ? KeyIdentifier(evidence.TrustPath[0]) : null;
        var entry = metadata is null ? null : FindEntry(model.Aaguid, keyIdentifier, metadata);
        var vouchers = new Vouchers(metadata, entry, entry?.Anchors ?? context.Source.AnchorsFor(model.Format, model.Aaguid));

        var demandsTrust = policy.DemandsTrust;
        var acceptance = demandsTrust ? AttestationAcceptance.Trusted : policy.Attestation;
        var isConformance = context.Mode == EngineMode.Conformance && metadata is not null;
        var assessment = new TrustAssessment(evidence.Type);
        switch (evidence.Type)
        {
            case AttestationType.None:
                // "If no attestation was provided, verify that None attestation is acceptable under Relying Party policy."
                Require(acceptance == AttestationAcceptance.Any, WebAuthnError.TrustType, "No attestation.");
                break;
            case AttestationType.Self:
                // "If self attestation was used, verify that self attestation is acceptable under Relying Party policy."
                Require(acceptance is AttestationAcceptance.SelfOrBetter or AttestationAcceptance.Any, WebAuthnError.TrustType, "Self attestation.");
                if (isConformance)
                {
                    Require(entry is not null, WebAuthnError.TrustNoMetadata);
                    ModelRules.CheckAgreement(entry, evidence.Type, model.Algorithm);
                }

                break;
            default:
                // "Otherwise, use the X.509 certificates returned as the attestation trust path from the verification procedure to
                //  verify that the attestation public key either correctly chains up to an acceptable root certificate, or is
                //  itself an acceptable certificate".
                var mayBeUntrusted = acceptance is AttestationAcceptance.Certified or AttestationAcceptance.SelfOrBetter or AttestationAcceptance.Any;
                assessment = AssessCertificates(evidence, model, policy, vouchers, context, mustBeTrusted: !mayBeUntrusted || isConformance);
                break;
        }

        // Authenticators may well certify with another algorithm than their credentials have; the conformance tests want one of
        // the model's. A statement of self attestation has the credential's, which was compared above.
        if (isConformance && entry is not null && evidence.StatementAlgorithm is { } statementAlgorithm)
        {
            ModelRules.CheckAlgorithm(entry, statementAlgorithm);
        }

        // A model that is known to be broken is not wanted even if it is only claimed: an honest citizen learns of it.
        var warnings = entry is null ? [] : ModelRules.CheckStatus(entry, Certificates(evidence, assessment.Anchor), policy);
        if (demandsTrust)
        {
            ModelRules.CheckDemands(policy, model.Aaguid, assessment.Type, entry, context.Now);
        }

        return assessment with
        {
            KeyIdentifier = keyIdentifier,
            MetadataNumber = assessment.Anchor is not null && entry is not null ? metadata!.Number : null,
            Certification = assessment.Anchor is not null && entry is not null ? entry.CertificationAt(context.Now) : CertificationLevel.None,
            Warnings = [.. assessment.Warnings, .. warnings],
            TrustPath = evidence.TrustPath,
        };
    }

    private static TrustAssessment AssessCertificates(
        AttestationEvidence evidence, ClaimedModel model, RegistrationPolicy policy, Vouchers vouchers, TrustContext context, bool mustBeTrusted)
    {
        try
        {
            var isConformance = context.Mode == EngineMode.Conformance;
            var path = CertificatePath.Validate(evidence.TrustPath, vouchers.Anchors, new PathRules
            {
                Now = context.Now,
                RevocationLists = context.RevocationLists,
                AllowsSurplus = !isConformance,
                AllowsSha1 = isConformance,
                Purposes = LeafRules.Purposes(model.Format),
            });
            LeafRules.CheckPurpose(path, model.Format);
            var entry = vouchers.Entry;

            // An entry that was found by the key of this very certificate needs nothing else to name the model.
            var isNamedByKey = entry is { Aaguid: null };
            var isRootShared = !isNamedByKey && vouchers.Metadata?.HasSeveralModels(path.Anchor) == true;
            LeafRules.CheckModel(evidence.TrustPath[0], model, mustBeNamed: isRootShared && !policy.AllowUnnamedModels && !isConformance);
            var type = entry is null ? evidence.Type : ModelRules.CheckAgreement(entry, evidence.Type, model.Algorithm);
            return new TrustAssessment(type)
            {
                Anchor = path.Anchor,
                Warnings = path.HasSurplus ? ["x5c has more than the path, or the anchor itself."] : [],
            };
        }
        catch (WebAuthnException refusal) when (!mustBeTrusted)
        {
            return new TrustAssessment(evidence.Type)
            {
                // Without any anchor there is nothing to remark.
                Warnings = refusal.Error == WebAuthnError.TrustNoAnchor ? [] : [$"Not trusted: {refusal.Error}. {refusal.Message}".TrimEnd()],
            };
        }
    }

    /// <summary>FIDO2 authenticators are found by AAGUID; those of U2F, which have none, by the key of their certificate.</summary>
    private static MetadataEntry? FindEntry(Guid aaguid, string? keyIdentifier, MetadataSnapshot metadata)
    {
        if (aaguid != Guid.Empty)
        {
            return metadata.TryFind(aaguid, out var byAaguid) ? byAaguid : null;
        }

        return keyIdentifier is not null && metadata.TryFindKeyIdentifier(keyIdentifier, out var byKey) ? byKey : null;
    }

    private static string? KeyIdentifier(byte[] certificate)
    {
        try
        {
            return PathCertificate.Parse(certificate).KeyIdentifier();
        }
        catch (WebAuthnException)
        {
            // A certificate that no path can be made of belongs to no model.
            return null;
        }
    }

    /// <summary>The certificates of path and anchor, each by its thumbprint and by its key.</summary>
    private static string[] Certificates(AttestationEvidence evidence, TrustAnchor? anchor)
    {
        var marks = evidence.TrustPath
            .SelectMany(der => new[] { Convert.ToHexStringLower(SHA256.HashData(der)), KeyIdentifier(der) })
            .Concat([anchor?.Thumbprint, anchor?.KeyIdentifier]);
        return [.. marks.OfType<string>()];
    }
}
