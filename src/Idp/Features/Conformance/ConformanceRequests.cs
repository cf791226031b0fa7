using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>The body of <c>POST /attestation/options</c>.</summary>
internal sealed record RegistrationOptionsRequest(string? Username, string? DisplayName)
{
    public AuthenticatorSelectionCriteria? AuthenticatorSelection { get; init; }

    public string? Attestation { get; init; }

    public AuthenticationExtensionsClientInputs? Extensions { get; init; }
}

/// <summary>The body of <c>POST /assertion/options</c>.</summary>
internal sealed record AuthenticationOptionsRequest(string? Username)
{
    public string? UserVerification { get; init; }

    public AuthenticationExtensionsClientInputs? Extensions { get; init; }
}

/// <summary>Reads what the tests post.</summary>
internal static class ConformanceRequests
{
    /// <summary>Above what the engine reads, so that it is the engine that refuses.</summary>
    private const int Longest = 96 * 1024;

    /// <summary>A body as it came; null if it is longer than any response may be.</summary>
    internal static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, ct) is > 0 and var count)
        {
            await body.WriteAsync(buffer.AsMemory(0, count), ct);
            if (body.Length > Longest)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    /// <summary>A body of the expected shape, or null.</summary>
    internal static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        try
        {
            return await ReadBodyAsync(request, ct) is { } body ? JsonSerializer.Deserialize(body, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Values that are not known count as absent (§2.1.1); the interface's default is "preferred".</summary>
    internal static UserVerificationRequirement UserVerification(string? word) => word switch
    {
        "required" => UserVerificationRequirement.Required,
        "discouraged" => UserVerificationRequirement.Discouraged,
        _ => UserVerificationRequirement.Preferred,
    };

    internal static ResidentKeyRequirement ResidentKey(AuthenticatorSelectionCriteria? selection) => selection switch
    {
        { ResidentKey: "required" } or { ResidentKey: null, RequireResidentKey: true } => ResidentKeyRequirement.Required,
        { ResidentKey: "preferred" } => ResidentKeyRequirement.Preferred,
        _ => ResidentKeyRequirement.Discouraged,
    };

    internal static AttestationConveyance Attestation(string? word) => word switch
    {
        "direct" => AttestationConveyance.Direct,
        "indirect" => AttestationConveyance.Indirect,
        "enterprise" => AttestationConveyance.Enterprise,
        _ => AttestationConveyance.None,
    };
}
