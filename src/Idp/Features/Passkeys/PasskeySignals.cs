using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What pages tell the browser's Signal API (WebAuthn Level 3 §5.1.10). It is hygiene; nothing relies on it.</summary>
internal static class PasskeySignals
{
    /// <summary>For <c>data-signal-unknown</c>: the device may forget this passkey.</summary>
    internal static string Unknown(string rpId, string credentialId)
        => JsonSerializer.Serialize(new UnknownCredential(rpId, credentialId), PasskeySignalsJson.Default.UnknownCredential);

    /// <summary>
    /// For <c>data-signal</c>: the whole list of an account's passkeys. Nothing for an empty list, which would tell the
    /// device to delete all of them.
    /// </summary>
    internal static string? All(string rpId, byte[] userHandle, IReadOnlyCollection<byte[]> credentialIds)
        => credentialIds.Count == 0
            ? null
            : JsonSerializer.Serialize(
                new AcceptedCredentials(
                    rpId, Base64Url.EncodeToString(userHandle), [.. credentialIds.Select(id => Base64Url.EncodeToString(id))]),
                PasskeySignalsJson.Default.AcceptedCredentials);
}

internal sealed record UnknownCredential(string RpId, string CredentialId);

internal sealed record AcceptedCredentials(string RpId, string UserId, string[] AllAcceptedCredentialIds);

[JsonSerializable(typeof(UnknownCredential))]
[JsonSerializable(typeof(AcceptedCredentials))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PasskeySignalsJson : JsonSerializerContext;
