using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Procedures;

/// <summary>§7.1 step 28 and §7.2 step 23: extension outputs, "as required by the Relying Party".</summary>
/// <remarks>What was not asked for is ignored ("the Relying Party MUST be prepared to handle" unsolicited outputs), with one
/// exception: client data from elsewhere.</remarks>
internal static class ExtensionRules
{
    private const int LongestPin = 63;
    private const int HighestLevel = 3;

    internal static void Check(RegistrationState state, ExtensionOutputs outputs, AuthenticatorData authData)
    {
        CheckClientData(outputs);
        var (asked, policy) = (state.Extensions, state.Policy);

        // credProps (§10.1.3): the options required a discoverable credential.
        Require(policy.ResidentKey != ResidentKeyRequirement.Required || outputs.IsDiscoverable != false, WebAuthnError.ExtensionCredProps);

        // credProtect (CTAP 2.2 §12.1): the authenticator reports the level it gave, 1 to 3.
        if (asked is { EnforceCredentialProtectionPolicy: true, CredentialProtectionPolicy: { } protection })
        {
            Require(
                AuthenticatorNumber(authData, "credProtect"u8) is { } level && level >= Level(protection) && level <= HighestLevel,
                WebAuthnError.ExtensionCredProtect);
        }

        // minPinLength (CTAP 2.2 §12.5)
        if (policy.MinimumPinLength > 0)
        {
            Require(
                AuthenticatorNumber(authData, "minPinLength"u8) is { } length && length >= policy.MinimumPinLength && length <= LongestPin,
                WebAuthnError.ExtensionMinPinLength);
        }

        // largeBlob (§10.1.5)
        Require(asked?.LargeBlob?.Support != "required" || outputs.IsLargeBlobSupported == true, WebAuthnError.ExtensionLargeBlob);
    }

    /// <summary>§10.1.6: with <c>remoteClientDataJSON</c> the client did not check the origin, another machine did.</summary>
    internal static void CheckClientData(ExtensionOutputs outputs)
        => Require(!outputs.HasRemoteClientData, WebAuthnError.ExtensionRemoteClientData);

    private static int Level(string protection) => protection switch
    {
        "userVerificationOptional" => 1,
        "userVerificationOptionalWithCredentialIDList" => 2,
        _ => 3,
    };

    /// <summary>A number among the authenticator's outputs, which are signed; null if it is not there or no number.</summary>
    private static long? AuthenticatorNumber(AuthenticatorData authData, ReadOnlySpan<byte> name)
    {
        if (authData.Extensions.IsEmpty)
        {
            return null;
        }

        var reader = new CborReader(authData.Extensions.Span, WebAuthnError.AuthenticatorDataExtensions, canonical: true);
        reader.TryReadMap(out var count);
        for (var i = 0; i < count; i++)
        {
            reader.TryReadText(out var identifier);
            if (identifier.SequenceEqual(name))
            {
                return reader.TryReadInteger(out var value) ? value : null;
            }

            reader.Skip();
        }

        return null;
    }
}
