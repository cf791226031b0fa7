using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What pages tell the browser's Signal API (WebAuthn Level 3 §5.1.10). It is hygiene; nothing relies on it.</summary>
internal sealed class PasskeySignals(CredentialTable credentials, IOptions<IdpOptions> options)
{
    /// <summary>For <c>data-signal-unknown</c>: the device may forget this passkey.</summary>
    internal static string Unknown(string rpId, string credentialId)
        => JsonSerializer.Serialize(new UnknownCredential(rpId, credentialId), PasskeySignalsJson.Default.UnknownCredential);

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

        var (rpId, user, label) = (options.Value.RpId, Base64Url.EncodeToString(known[0].UserHandle), known[0].Label);
        return new AccountSignal(
            JsonSerializer.Serialize(
                new AcceptedCredentials(rpId, user, [.. known.Select(passkey => Base64Url.EncodeToString(passkey.CredentialId))]),
                PasskeySignalsJson.Default.AcceptedCredentials),
            JsonSerializer.Serialize(
                new CurrentUserDetails(rpId, user, label, label), PasskeySignalsJson.Default.CurrentUserDetails));
    }
}

/// <summary>The two messages about the account that is signed in.</summary>
internal sealed record AccountSignal(string Accepted, string Details);

internal sealed record UnknownCredential(string RpId, string CredentialId);

internal sealed record AcceptedCredentials(string RpId, string UserId, string[] AllAcceptedCredentialIds);

internal sealed record CurrentUserDetails(string RpId, string UserId, string Name, string DisplayName);

[JsonSerializable(typeof(UnknownCredential))]
[JsonSerializable(typeof(AcceptedCredentials))]
[JsonSerializable(typeof(CurrentUserDetails))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PasskeySignalsJson : JsonSerializerContext;
