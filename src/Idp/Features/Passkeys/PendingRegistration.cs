using System.Text.Json.Serialization;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Whose passkey is being made.</summary>
internal enum RegistrationPurpose
{
    /// <summary>No purpose; such a record is refused.</summary>
    None = 0,

    /// <summary>The first passkey of an account that does not exist yet.</summary>
    SignUp,

    /// <summary>The first passkey of an invited administrator, whose account does not exist yet.</summary>
    Administrator,

    /// <summary>A further passkey of the signed-in citizen.</summary>
    AddPasskey,
}

/// <summary>A registration ceremony between its start and its finish. Taken once, lives 5 minutes.</summary>
internal sealed record PendingRegistration
{
    internal static readonly RecordKind<PendingRegistration> Record =
        new("registration", TimeSpan.FromMinutes(5), PendingRegistrationJson.Default.PendingRegistration);

    /// <summary>What the engine keeps: the challenge, the user handle and everything that was demanded.</summary>
    public required RegistrationState State { get; init; }

    public required RegistrationPurpose Purpose { get; init; }

    /// <summary>The hash of the mark of the browser it was started in.</summary>
    public required string Browser { get; init; }

    /// <summary>The handle of the record that allows it: the draft, the invitation or the permit.</summary>
    public required string Ground { get; init; }

    /// <summary>The session it was started in; where it is set, it is finished there or not at all.</summary>
    public string? Sid { get; init; }

    /// <summary>The account, where there is one.</summary>
    public Guid? CitizenId { get; init; }

    /// <summary>What the passkey must be; a new account demands it from then on.</summary>
    public AuthenticatorClass Minimum { get; init; }
}

[JsonSerializable(typeof(PendingRegistration))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class PendingRegistrationJson : JsonSerializerContext;
