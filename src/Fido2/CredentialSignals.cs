using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>What a page tells the client about credentials; WebAuthn Level 3 §5.1.10, "Signal Credential Changes".</summary>
/// <remarks>Each method returns the JSON argument of the method of <c>PublicKeyCredential</c> it is named for.</remarks>
public static class CredentialSignals
{
    /// <summary>The argument of <c>signalUnknownCredential()</c>: this credential is not known here, so do not offer it.</summary>
    /// <param name="relyingPartyId">The RP ID.</param>
    /// <param name="credentialId">The credential ID that was presented.</param>
    /// <remarks>It says of a credential ID that it is unknown. Only whoever holds the credential can ask.</remarks>
    public static string UnknownCredential(string relyingPartyId, ReadOnlyMemory<byte> credentialId)
    {
        ArgumentException.ThrowIfNullOrEmpty(relyingPartyId);
        return JsonSerializer.Serialize(
            new UnknownCredentialOptions { RpId = relyingPartyId, CredentialId = Base64Url.EncodeToString(credentialId.Span) },
            CredentialSignalsJsonContext.Default.UnknownCredentialOptions);
    }

    /// <summary>The argument of <c>signalAllAcceptedCredentials()</c>: every credential the account has; others may be hidden.</summary>
    /// <param name="relyingPartyId">The RP ID.</param>
    /// <param name="userHandle">The account's user handle.</param>
    /// <param name="credentialIds">Every active credential. One that is missing here may disappear from the citizen's device.</param>
    /// <remarks>Only for a citizen who is signed in: it lists the account's credentials (§14.6.3).</remarks>
    public static string AllAcceptedCredentials(string relyingPartyId, ReadOnlyMemory<byte> userHandle, IEnumerable<ReadOnlyMemory<byte>> credentialIds)
    {
        ArgumentException.ThrowIfNullOrEmpty(relyingPartyId);
        ArgumentNullException.ThrowIfNull(credentialIds);
        return JsonSerializer.Serialize(
            new AllAcceptedCredentialsOptions
            {
                RpId = relyingPartyId,
                UserId = Base64Url.EncodeToString(userHandle.Span),
                AllAcceptedCredentialIds = [.. credentialIds.Select(id => Base64Url.EncodeToString(id.Span))],
            },
            CredentialSignalsJsonContext.Default.AllAcceptedCredentialsOptions);
    }

    /// <summary>The argument of <c>signalCurrentUserDetails()</c>: the account's labels as they are now.</summary>
    /// <param name="relyingPartyId">The RP ID.</param>
    /// <param name="userHandle">The account's user handle.</param>
    /// <param name="name">The label of the account; never a legal name.</param>
    /// <param name="displayName">The friendly label; the same warning.</param>
    public static string CurrentUserDetails(string relyingPartyId, ReadOnlyMemory<byte> userHandle, string name, string displayName)
    {
        ArgumentException.ThrowIfNullOrEmpty(relyingPartyId);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(displayName);
        return JsonSerializer.Serialize(
            new CurrentUserDetailsOptions { RpId = relyingPartyId, UserId = Base64Url.EncodeToString(userHandle.Span), Name = name, DisplayName = displayName },
            CredentialSignalsJsonContext.Default.CurrentUserDetailsOptions);
    }
}

internal sealed record UnknownCredentialOptions
{
    public required string RpId { get; init; }

    public required string CredentialId { get; init; }
}

internal sealed record AllAcceptedCredentialsOptions
{
    public required string RpId { get; init; }

    public required string UserId { get; init; }

    public required IReadOnlyList<string> AllAcceptedCredentialIds { get; init; }
}

internal sealed record CurrentUserDetailsOptions
{
    public required string RpId { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UnknownCredentialOptions))]
[JsonSerializable(typeof(AllAcceptedCredentialsOptions))]
[JsonSerializable(typeof(CurrentUserDetailsOptions))]
internal sealed partial class CredentialSignalsJsonContext : JsonSerializerContext;
