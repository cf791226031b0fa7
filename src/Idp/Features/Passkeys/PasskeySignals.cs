using System.Buffers.Text;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What pages tell the browser's Signal API (WebAuthn Level 3 §5.1.10). It is hygiene; nothing relies on it.</summary>
internal sealed class PasskeySignals(CredentialTable credentials, IOptions<IdpOptions> options)
{
    /// <summary>For <c>data-signal-unknown</c>: the device may forget this passkey.</summary>
    internal static string Unknown(string rpId, string credentialId)
        => CredentialSignals.UnknownCredential(rpId, Base64Url.DecodeFromChars(credentialId));

    /// <summary>
    /// For <c>data-signal</c> and <c>data-signal-details</c>: the whole list of an account's passkeys and what the account
    /// is called, read while the page is written. Nothing for an account without passkeys: an empty list would tell the
    /// device to delete all of them.
    /// </summary>
    internal async Task<AccountSignal?> OfAsync(Guid citizenId, CancellationToken ct)
    {
        var known = await credentials.KnownAsync(citizenId, ct);
        if (known.Count == 0)
        {
            return null;
        }

        var (rpId, user, label) = (options.Value.RpId, known[0].UserHandle, known[0].Label);
        return new AccountSignal(
            CredentialSignals.AllAcceptedCredentials(rpId, user, known.Select(passkey => (ReadOnlyMemory<byte>)passkey.CredentialId)),
            CredentialSignals.CurrentUserDetails(rpId, user, label, label));
    }
}

/// <summary>The two messages about the account that is signed in.</summary>
internal sealed record AccountSignal(string Accepted, string Details);
