using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// What an authentication is worth: the one place that decides <c>acr</c> and <c>amr</c>. Identity proofing and
/// attested authenticators will raise it here and nowhere else.
/// </summary>
/// <param name="Acr"><c>urn:moi:acr:1</c>: a passkey with user verification, a self-asserted identity.</param>
/// <param name="Amr">RFC 8176: <c>hwk</c> for a key that stays on its device, <c>swk</c> for one that is synced.</param>
internal sealed record AssuranceLevel(string Acr, string[] Amr)
{
    internal static AssuranceLevel Of(AuthenticationSuccess verdict) => Basic(verdict.IsBackupEligible);

    /// <summary>A passkey that was made a moment ago, with user verification, for a new account.</summary>
    internal static AssuranceLevel Of(CredentialRecord registered) => Basic(registered.IsBackupEligible);

    private static AssuranceLevel Basic(bool mayBeSynced)
        => new("urn:moi:acr:1", [mayBeSynced ? "swk" : "hwk", "user", "mfa"]);
}
