namespace Moi.Identity.Fido2.Attestation;

/// <summary>§7.1 steps 23 and 24 for a compound attestation (§8.9): each statement that has certificates is assessed, by anchors
/// for its own format.</summary>
internal static class CompoundTrust
{
    internal static TrustAssessment Assess(AttestationEvidence compound, ClaimedModel model, RegistrationPolicy policy, TrustContext context)
    {
        var certified = compound.Statements.Where(statement => statement.TrustPath.Count > 0).ToArray();
        if (certified.Length == 0)
        {
            return AttestationTrust.Assess(compound with { Statements = [] }, model, policy, context);
        }

        // "If sufficiently many (as determined by Relying Party policy) items of attStmt verify successfully": what holds for
        // verifying holds for trust. A model that is denied or known to be broken is not wanted under either policy.
        var isOneEnough = policy.CompoundStatements == CompoundStatements.Any;
        var assessed = new List<TrustAssessment>();
        WebAuthnException? first = null;
        foreach (var statement in certified)
        {
            try
            {
                assessed.Add(AttestationTrust.Assess(statement, model with { Format = statement.Format }, policy, context));
            }
            catch (WebAuthnException refusal)
                when (isOneEnough && refusal.Error is not (WebAuthnError.TrustAaguidDenied or WebAuthnError.TrustStatus))
            {
                first ??= refusal;
            }
        }

        // SECURITY: where all count, one that leads to no anchor means that the attestation leads to none.
        var conveyed = assessed.Find(assessment => (assessment.Anchor is not null) == isOneEnough) ?? assessed.FirstOrDefault() ?? throw first!;
        return conveyed with
        {
            TrustPath = [.. assessed.SelectMany(assessment => assessment.TrustPath)],
            Warnings = [.. assessed.SelectMany(assessment => assessment.Warnings).Distinct()],
        };
    }
}
