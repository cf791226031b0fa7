using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.MetadataException;

namespace Moi.Identity.Fido2.Metadata;

/// <summary>A signed text in compact form; RFC 7515 §3.1. Read, not yet verified.</summary>
internal sealed class CompactJws
{
    private const int MostCertificates = 8;
    private const int LongestHeader = 64 * 1024;

    private readonly byte[] _signingInput;
    private readonly byte[] _signature;
    private readonly string _algorithm;

    private CompactJws(byte[] signingInput, byte[] signature, string algorithm, byte[][] certificates, byte[] payload)
        => (_signingInput, _signature, _algorithm, Certificates, Payload) = (signingInput, signature, algorithm, certificates, payload);

    /// <summary><c>x5c</c>, the leaf first.</summary>
    internal byte[][] Certificates { get; }

    internal byte[] Payload { get; }

    /// <summary>Reads all three parts, or refuses. White space around the whole is an editor's.</summary>
    internal static CompactJws Read(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        var first = text.IndexOf((byte)'.');
        var last = text.LastIndexOf((byte)'.');
        Require(first > 0 && last > first + 1 && text[(first + 1)..last].IndexOf((byte)'.') < 0, MetadataError.Malformed, "Not three parts.");
        Require(first <= LongestHeader, MetadataError.Malformed, "The header is too long.");
        Require(StrictBase64Url.TryDecode(text[..first], out var headerJson), MetadataError.Malformed, "The header is not base64url.");
        Require(StrictBase64Url.TryDecode(text[(first + 1)..last], out var payload), MetadataError.Malformed, "The payload is not base64url.");
        Require(StrictBase64Url.TryDecode(text[(last + 1)..], out var signature), MetadataError.Malformed, "The signature is not base64url.");
        var header = ReadHeader(headerJson);
        return new CompactJws(text[..last].ToArray(), signature, header.Algorithm, ReadCertificates(header), payload);
    }

    /// <summary>Refuses unless the key made the signature with the algorithm of the header.</summary>
    internal void Verify(PathCertificate signer)
    {
        var key = CertifiedKey.Read(signer.PublicKeyInfo)
            ?? throw new MetadataException(MetadataError.Algorithm, "The signer's key is of no accepted kind.");

        // SECURITY: an allow-list, and each algorithm wants its own kind of key: "none" and HMAC with a public key are not on it.
        var isValid = (_algorithm, key) switch
        {
            ("RS256", { IsRsa: true }) => key.VerifyRsa(_signingInput, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ("PS256", { IsRsa: true }) => key.VerifyRsa(_signingInput, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            ("ES256", { Curve.Length: 32 }) => key.VerifyEcdsa(_signingInput, _signature, HashAlgorithmName.SHA256),
            ("ES384", { Curve.Length: 48 }) => key.VerifyEcdsa(_signingInput, _signature, HashAlgorithmName.SHA384),
            ("ES512", { Curve.Length: 66 }) => key.VerifyEcdsa(_signingInput, _signature, HashAlgorithmName.SHA512),
            _ => throw new MetadataException(MetadataError.Algorithm, "The algorithm is not accepted, or does not fit the signer's key."),
        };
        Require(isValid, MetadataError.Signature);
    }

    private static JwsHeader ReadHeader(byte[] json)
    {
        try
        {
            var header = JsonSerializer.Deserialize(json, MetadataJsonContext.Default.JwsHeader);
            Require(header is not null, MetadataError.Malformed, "The header is no object.");

            // "If any of the listed extension Header Parameters are not understood and supported by the recipient, then the JWS is
            //  invalid." (RFC 7515 §4.1.11)
            Require(header.Critical is null, MetadataError.Malformed, "Critical header parameters.");
            return header;
        }
        catch (JsonException)
        {
            throw new MetadataException(MetadataError.Malformed, "The header is not JSON of the expected shape.");
        }
    }

    private static byte[][] ReadCertificates(JwsHeader header)
    {
        Require(header.Certificates is { Length: > 0 and <= MostCertificates }, MetadataError.Certificates, "x5c");
        return [.. header.Certificates.Select(text =>
        {
            // "Each string in the array is a base64-encoded (Section 4 of [RFC4648] -- not base64url-encoded) DER" (RFC 7515 §4.1.6).
            Require(text is not null && Base64.IsValid(text), MetadataError.Certificates, "x5c is not base64.");
            return Convert.FromBase64String(text);
        })];
    }
}

/// <summary>The header parameters that are read; others are ignored.</summary>
internal sealed record JwsHeader
{
    [JsonPropertyName("alg")]
    public required string Algorithm { get; init; }

    [JsonPropertyName("x5c")]
    public string[]? Certificates { get; init; }

    [JsonPropertyName("crit")]
    public JsonElement? Critical { get; init; }
}
