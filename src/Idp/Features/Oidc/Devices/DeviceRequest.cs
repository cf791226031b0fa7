using System.Text.Json.Serialization;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>What a device asked for and what became of it; its handle is the <c>device_code</c> (RFC 8628 §3.2).</summary>
internal sealed record DeviceRequest
{
    internal const int FirstInterval = 5;

    /// <summary>Kept a little longer than it may be answered, so that a device learns that it was too late.</summary>
    internal static readonly RecordKind<DeviceRequest> Kind =
        new("device", Lifetimes.DeviceCode + TimeSpan.FromMinutes(5), DeviceRequestJson.Default.DeviceRequest);

    public required string ClientId { get; init; }

    public required string[] Scopes { get; init; }

    /// <summary>The resources that it named (RFC 8707 §2). Without a name, the tokens are for all that the scopes belong to.</summary>
    public string[]? Resources { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Roughly where the request came from: the network, not the address.</summary>
    public string? From { get; init; }

    /// <summary>Seconds between two polls; it grows with each that comes too early (RFC 8628 §3.5).</summary>
    public int Interval { get; init; } = FirstInterval;

    public DateTimeOffset? PolledAt { get; init; }

    public bool IsRefused { get; init; }

    public DeviceApproval? Approval { get; init; }

    internal bool IsOpen(DateTimeOffset now) => !IsRefused && Approval is null && !IsOver(now);

    internal bool IsOver(DateTimeOffset now) => now >= AskedAt + Lifetimes.DeviceCode;
}

/// <summary>Who let the device in.</summary>
internal sealed record DeviceApproval(Guid GrantId, CitizenClaims Citizen);

/// <summary>Finds the device of a code that somebody typed.</summary>
/// <param name="DeviceCode">The handle of the <see cref="DeviceRequest"/>.</param>
/// <param name="Browser">The first browser in which the code was typed; no other can use it.</param>
internal sealed record UserCodeEntry(string DeviceCode, string? Browser)
{
    internal static readonly RecordKind<UserCodeEntry> Kind =
        new("user-code", Lifetimes.DeviceCode, DeviceRequestJson.Default.UserCodeEntry);
}

[JsonSerializable(typeof(DeviceRequest))]
[JsonSerializable(typeof(UserCodeEntry))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class DeviceRequestJson : JsonSerializerContext;
