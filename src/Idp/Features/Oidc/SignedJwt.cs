using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>A JWT that a client signed, in compact form (RFC 7515 §3.1, RFC 7519), read more strictly than libraries do.</summary>
/// <remarks>
/// SECURITY: nothing of it may be believed before <see cref="IsSignedBy"/> has said yes. What is verified are the very characters that
/// were read: each part has one encoding, each header and each claim one value.
/// </remarks>
internal sealed class SignedJwt
{
    private const int HeaderDepth = 8;

    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string? _algorithm;

    private SignedJwt(JsonElement header, JwtPayload? payload, byte[] signed, byte[] signature)
    {
        (_signed, _signature, Claims) = (signed, signature, payload);
        _algorithm = header.String("alg");
        Type = header.String("typ") is { Length: > 0 } type ? type : null;
        KeyId = header.String("kid") is { Length: > 0 } kid ? kid : null;
    }

    /// <summary>RFC 7515 §4.1.9 <c>typ</c>; nothing if there is none or it is empty.</summary>
    internal string? Type { get; }

    /// <summary>RFC 7515 §4.1.4 <c>kid</c>; nothing if there is none or it is empty.</summary>
    internal string? KeyId { get; }

    /// <summary>Its claims; nothing if they are not one JSON object.</summary>
    internal JwtPayload? Claims { get; }

    /// <summary>Takes it apart.</summary>
    /// <returns>Nothing if it is no signed JWT in compact form, or longer than <paramref name="mostCharacters"/>.</returns>
    internal static SignedJwt? Read(string? text, int mostCharacters)
    {
        if (text is null || text.Length > mostCharacters || text.Split('.') is not [var header, var payload, var signature]
            || StrictText.Base64UrlBytes(header) is not { } headerBytes || StrictText.Base64UrlBytes(payload) is not { } payloadBytes
            || StrictText.Base64UrlBytes(signature) is not { Length: > 0 } signatureBytes || ReadHeader(headerBytes) is not { } read)
        {
            return null;
        }

        return new SignedJwt(read, JwtPayload.Read(payloadBytes), Encoding.ASCII.GetBytes(text, 0, header.Length + 1 + payload.Length), signatureBytes);
    }

    /// <summary>Whether one of the keys made its signature, by one of the algorithms.</summary>
    internal bool IsSignedBy(IEnumerable<SecurityKey> keys, IReadOnlyList<string> algorithms)
        => _algorithm is { } algorithm && algorithms.Contains(algorithm) && keys.Any(key => Verifies(key, algorithm));

    private bool Verifies(SecurityKey key, string algorithm)
    {
        var factory = key.CryptoProviderFactory;
        if (!factory.IsSupportedAlgorithm(algorithm, key))
        {
            return false;
        }

        // The library keeps what it has imported, and lets one thread use it at a time.
        var verifier = factory.CreateForVerifying(key, algorithm);
        try
        {
            return verifier.Verify(_signed, _signature);
        }
        finally
        {
            factory.ReleaseSignatureProvider(verifier);
        }
    }

    /// <summary>
    /// RFC 7515 §4.1.11: what a critical header parameter (<c>crit</c>) demands must be understood; nothing is, so that none is accepted.
    /// </summary>
    private static JsonElement? ReadHeader(byte[] text)
    {
        try
        {
            using var document = StrictJson.Document(text, HeaderDepth);
            return document.RootElement.ValueKind == JsonValueKind.Object && !document.RootElement.TryGetProperty("crit", out _)
                ? document.RootElement.Clone()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
