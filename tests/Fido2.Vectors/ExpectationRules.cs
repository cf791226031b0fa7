namespace Moi.Identity.Fido2.Vectors;

/// <summary>Refuses what the engine cannot be told, so that no case is run as another one.</summary>
internal static class ExpectationRules
{
    /// <exception cref="NotSupportedException">A member has no meaning in that ceremony, or no such value.</exception>
    internal static void Check(string type, Expectation expect)
    {
        Require(type is "registration" or "assertion", $"type {type}");
        Require(expect.Mediation is null or "conditional" or "optional" or "required" or "silent", $"mediation {expect.Mediation}");
        Require(expect.ChallengeCeremony is null or "create" or "get", $"challengeCeremony {expect.ChallengeCeremony}");
        Require(expect.Attestation is null or "basic", $"attestation {expect.Attestation}");
        Require(expect.RequireAttachment is null or "platform" or "cross-platform", $"requireAttachment {expect.RequireAttachment}");
        if (type == "registration")
        {
            CheckRegistration(expect);
        }
        else
        {
            CheckAssertion(expect);
        }
    }

    private static void CheckRegistration(Expectation expect)
    {
        // §7.1 step 15 asks for UP unless the registration is conditional; that is all there is to say about it.
        Require(expect.RequireUserPresence != true || expect.Mediation != "conditional", "requireUP in a conditional registration");
        Require(expect.Appid is null, "appid in a registration");
        Require(expect.StoredBackupEligible is null, "storedBE in a registration");
        Require(expect.StoredBackedUp is null, "storedBS in a registration");
        Require(expect.StoredSignCount is null, "storedSignCount in a registration");
        Require(expect.StoredUserHandle is null, "storedUserHandle in a registration");
        Require(expect.Discoverable != true, "discoverable in a registration");
        Require(expect.AllowCredentials is null, "allowCredentials in a registration");
    }

    private static void CheckAssertion(Expectation expect)
    {
        // requireUP and mediation may be there and change nothing: §7.2 step 16 has no exception, and no step depends on the mediation.
        // A vector that expects otherwise differs from the verdict.
        Require(expect.Algs is null, "algs in an assertion");
        Require(expect.VerifyTrust != true, "verifyTrust in an assertion");
        Require(expect.TrustAnchorsDer is null, "trustAnchorsDer in an assertion");
        Require(expect.Attestation is null, "attestation in an assertion");
        Require(expect.RequireTee != true, "requireTee in an assertion");
        Require(expect.ExcludeCredentials is null, "excludeCredentials in an assertion");
        Require(expect.RequireAttachment is null, "requireAttachment in an assertion");
        Require(expect.RequireResidentKey != true, "requireResidentKey in an assertion");
        Require(expect.Discoverable != true || expect.IdentifiedUser is null, "identifiedUser though the user is found by the handle");
    }

    private static void Require(bool canBeTold, string what)
    {
        if (!canBeTold)
        {
            throw new NotSupportedException($"Nothing maps {what}.");
        }
    }
}
