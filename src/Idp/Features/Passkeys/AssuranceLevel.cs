using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// What an authentication is worth: the one place that decides <c>acr</c> and <c>amr</c>.
/// </summary>
/// <param name="Acr">
/// <c>urn:moi:acr:1</c>: a passkey with user verification, a self-asserted identity; <c>2</c>: a checked identity;
/// <c>3</c>: that, and an attested authenticator whose key stays on it.
/// </param>
/// <param name="Amr">RFC 8176: <c>hwk</c> for a key that stays on its device, <c>swk</c> for one that is synced.</param>
internal sealed record AssuranceLevel(string Acr, string[] Amr)
{
    /// <summary>A passkey that was used a moment ago, with user verification.</summary>
    internal static AssuranceLevel Of(VerifiedPasskey verified)
        => new(
            verified.Credential.Identity == IdentityLevel.SelfAsserted ? AssuranceLevels.One
                : verified.Credential.Class == AuthenticatorClass.Attested ? AssuranceLevels.Three
                : AssuranceLevels.Two,
            Methods(verified.Verdict.IsBackupEligible));

    /// <summary>A passkey that was made a moment ago, with user verification, for a new account.</summary>
    internal static AssuranceLevel Of(CredentialRecord registered) => new(AssuranceLevels.One, Methods(registered.IsBackupEligible));

    private static string[] Methods(bool mayBeSynced) => [mayBeSynced ? "swk" : "hwk", "user", "mfa"];
}
