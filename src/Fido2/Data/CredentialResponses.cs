namespace Moi.Identity.Fido2.Data;

/// <summary>A parsed <c>RegistrationResponseJSON</c>; §5.1.</summary>
internal sealed class AttestationResponse
{
    internal required byte[] Id { get; init; }

    internal required byte[] ClientDataJson { get; init; }

    internal required byte[] AttestationObject { get; init; }

    internal required string[] Transports { get; init; }

    internal string? Attachment { get; init; }

    /// <summary><c>credProps.rk</c>.</summary>
    internal bool? IsDiscoverable { get; init; }
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

    /// <summary>The client extension output <c>appid</c>.</summary>
    internal bool AppId { get; init; }
}
