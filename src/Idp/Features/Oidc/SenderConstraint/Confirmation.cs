using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 7800's <c>cnf</c> claim: the keys to which a code or token is bound. All that are there must be shown.</summary>
/// <param name="Jkt">RFC 9449 §6.1: the thumbprint of a DPoP key.</param>
/// <param name="CertificateHash">RFC 8705 §3.1: <c>x5t#S256</c>, the hash of a certificate.</param>
internal sealed record Confirmation(string? Jkt, string? CertificateHash)
{
    internal const string DpopKeyParameter = "dpop_jkt";
    private const string JktMember = "jkt";
    private const string CertificateMember = "x5t#S256";

    /// <summary>That of a token whose signature or seal was verified.</summary>
    /// <returns>Nothing where the token is bound to nothing; both members empty where we cannot tell to what.</returns>
    internal static Confirmation? Of(ClaimsPrincipal principal)
        => principal.GetClaim(Claims.Confirmation) is not { } json ? null
            : JsonNode.Parse(json) is JsonObject members ? new Confirmation(Text(members, JktMember), Text(members, CertificateMember))
            : new Confirmation(null, null);

    /// <summary>RFC 8705 §3.1: "the base64url-encoded SHA-256 hash … of the DER encoding of the X.509 certificate".</summary>
    internal static string HashOf(X509Certificate2 certificate) => Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));

    /// <summary>Binds a code or token to these keys, if there are any.</summary>
    internal void Bind(ClaimsPrincipal? principal)
    {
        var members = new JsonObject();
        if (Jkt is not null)
        {
            members[JktMember] = Jkt;
        }

        if (CertificateHash is not null)
        {
            members[CertificateMember] = CertificateHash;
        }

        if (members.Count > 0)
        {
            principal?.SetClaim(Claims.Confirmation, members);
        }
    }

    private static string? Text(JsonObject members, string name)
        => members[name] is { } node && node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
