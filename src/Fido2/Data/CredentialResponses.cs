namespace Moi.Identity.Fido2.Data;

/// <summary>A parsed <c>RegistrationResponseJSON</c>; §5.1.</summary>
internal sealed class AttestationResponse
{
    internal required byte[] Id { get; init; }

    internal required byte[] ClientDataJson { get; init; }

    internal required byte[] AttestationObject { get; init; }

    internal required string[] Transports { get; init; }

    internal string? Attachment { get; init; }

    internal required ExtensionOutputs Extensions { get; init; }
}

/// <summary>A parsed <c>AuthenticationResponseJSON</c>; §5.1.</summary>
internal sealed class AssertionResponse
{
    internal required byte[] Id { get; init; }

    internal required byte[] ClientDataJson { get; init; }

    internal required byte[] AuthenticatorData { get; init; }

    internal required byte[] Signature { get; init; }

    internal byte[]? UserHandle { get; init; }

    internal string? Attachment { get; init; }

    internal required ExtensionOutputs Extensions { get; init; }
}
