using System.Text.Json.Serialization;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What an assertion was asked for. It serves that and nothing else.</summary>
internal enum AuthenticationPurpose
{
    /// <summary>No purpose; such a record is refused.</summary>
    None = 0,

    /// <summary>Signing in, or confirming for a sign-in transaction that it is the same citizen.</summary>
    SignIn,

    /// <summary>Adding a passkey to the account.</summary>
    AddPasskey,

    /// <summary>Removing one certain passkey of the account.</summary>
    RemovePasskey,
}

/// <summary>An authentication ceremony between its start and its finish. Taken once, lives 5 minutes.</summary>
internal sealed record PendingAuthentication
{
    internal static readonly RecordKind<PendingAuthentication> Record =
        new("authentication", TimeSpan.FromMinutes(5), PendingAuthenticationJson.Default.PendingAuthentication);

    /// <summary>What the engine keeps: the challenge and everything that was demanded.</summary>
    public required AuthenticationState State { get; init; }

    public required AuthenticationPurpose Purpose { get; init; }

    /// <summary>The hash of the mark of the browser it was started in.</summary>
    public required string Browser { get; init; }

    /// <summary>The session it was started in; where it is set, it is finished there or not at all.</summary>
    public string? Sid { get; init; }

    /// <summary>The account, where it was known before the ceremony.</summary>
    public Guid? CitizenId { get; init; }

    /// <summary>The sign-in transaction of the tab.</summary>
    public string? Transaction { get; init; }

    /// <summary>The row of the passkey that <see cref="AuthenticationPurpose.RemovePasskey"/> is about.</summary>
    public Guid? Subject { get; init; }
}

[JsonSerializable(typeof(PendingAuthentication))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class PendingAuthenticationJson : JsonSerializerContext;
