using System.Text.Json.Serialization;

namespace Moi.Identity.Idp.Sessions;

/// <summary>A signed-in browser. It is kept on the server; the browser has an opaque cookie.</summary>
internal sealed record Session
{
    /// <summary>The <c>sid</c> that agencies see. Not a secret: the cookie holds a secret beside it.</summary>
    public required string Sid { get; init; }

    /// <summary>SHA-256 of the secret half of the cookie.</summary>
    public required byte[] SecretHash { get; init; }

    public required Guid CitizenId { get; init; }

    /// <summary>The row of the passkey that was used last in this session.</summary>
    public required Guid CredentialId { get; init; }

    /// <summary>When the citizen last touched a passkey in this session: <c>auth_time</c>.</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>The assurance level reached: <c>urn:moi:acr:1</c> … <c>3</c>.</summary>
    public required string Acr { get; init; }

    /// <summary>RFC 8176 methods of the last authentication.</summary>
    public required string[] Amr { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Browser and operating system, such as <c>Chrome · Windows</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The citizen's own words for the account, to greet without a database query.</summary>
    public required string DisplayLabel { get; init; }
}

[JsonSerializable(typeof(Session))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SessionJson : JsonSerializerContext;
