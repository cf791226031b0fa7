using System.Text.Json;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>A SafetyNet response: a JWS in compact serialization (RFC 7515 §7.1), not yet verified.</summary>
internal sealed record SafetyNetResponse
{
    /// <summary>RS256, the only algorithm Google ever used here.</summary>
    internal const int Algorithm = (int)CoseAlgorithm.RS256;

    private const int MostCertificates = 8;

    internal required IReadOnlyList<byte[]> Certificates { get; init; }

    internal required string Nonce { get; init; }

    internal required bool IsCtsProfileMatch { get; init; }

    internal required DateTimeOffset Timestamp { get; init; }

    internal required byte[] SigningInput { get; init; }

    internal required byte[] Signature { get; init; }

    internal static SafetyNetResponse Parse(byte[] jws)
    {
        var first = jws.AsSpan().IndexOf((byte)'.');
        var last = jws.AsSpan().LastIndexOf((byte)'.');
        Require(first > 0 && last > first + 1, WebAuthnError.SafetyNetJws, "Not three parts.");
        try
        {
            using var header = JsonDocument.Parse(Decode(jws.AsSpan(0, first)));
            using var payload = JsonDocument.Parse(Decode(jws.AsSpan((first + 1)..last)));
            var claims = payload.RootElement;
            Require(Text(header.RootElement, "alg") == "RS256", WebAuthnError.SafetyNetJws, "alg");

            // SECURITY: a critical header parameter that nobody here understands (RFC 7515 §4.1.11).
            Require(!header.RootElement.TryGetProperty("crit", out _), WebAuthnError.SafetyNetJws, "crit");
            return new SafetyNetResponse
            {
                Certificates = ReadCertificates(header.RootElement),
                Nonce = Text(claims, "nonce"),
                IsCtsProfileMatch = claims.TryGetProperty("ctsProfileMatch", out var match) && match.ValueKind == JsonValueKind.True,
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(claims.GetProperty("timestampMs").GetInt64()),
                SigningInput = jws[..last],
                Signature = Decode(jws.AsSpan((last + 1)..)),
            };
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentOutOfRangeException)
        {
            throw new WebAuthnException(WebAuthnError.SafetyNetJws, "Not the JSON of a SafetyNet response.");
        }
    }

    private static List<byte[]> ReadCertificates(JsonElement header)
    {
        var x5c = header.GetProperty("x5c");
        Require(x5c.GetArrayLength() is > 0 and <= MostCertificates, WebAuthnError.SafetyNetJws, "x5c");

        // "base64-encoded … not base64url-encoded" (RFC 7515 §4.1.6)
        return [.. x5c.EnumerateArray().Select(certificate => certificate.GetBytesFromBase64())];
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static byte[] Decode(ReadOnlySpan<byte> base64Url)
    {
        Require(StrictBase64Url.TryDecode(base64Url, out var bytes), WebAuthnError.SafetyNetJws, "Not base64url.");
        return bytes!;
    }
}
