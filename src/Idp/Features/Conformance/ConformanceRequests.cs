using System.Text.Json;
using System.Text.Json.Nodes;
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

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

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

    /// <summary>
    /// A browser's response. The interface's own description leaves out <c>rawId</c>, which says the same as <c>id</c>, and sends an
    /// empty <c>userHandle</c> for none (a user handle has 1 to 64 bytes, WebAuthn §5.4.3): both become what browsers send. What is no
    /// such object stays as it came, for the engine to refuse; null if it is longer than any response may be.
    /// </summary>
    internal static async Task<byte[]?> ReadResponseAsync(HttpRequest request, CancellationToken ct)
    {
        if (await ReadBodyAsync(request, ct) is not { } body)
        {
            return null;
        }

        try
        {
            if (JsonNode.Parse(body, documentOptions: Strict) is JsonObject response)
            {
                var (lacksRawId, handle) = (!response.ContainsKey("rawId"), (response["response"] as JsonObject)?["userHandle"]);
                var isEmpty = handle?.GetValueKind() == JsonValueKind.String && handle.GetValue<string>().Length == 0;
                if (lacksRawId && response["id"] is { } id)
                {
                    response["rawId"] = id.DeepClone();
                }

                if (isEmpty)
                {
                    response["response"]!.AsObject().Remove("userHandle");
                }

                return lacksRawId || isEmpty ? JsonSerializer.SerializeToUtf8Bytes(response) : body;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON, a member twice, or half a character.
        }

        return body;
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
