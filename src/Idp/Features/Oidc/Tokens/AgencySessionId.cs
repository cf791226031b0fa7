using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// The session as one agency knows it: the claim <c>sid</c> of its ID tokens and logout tokens, and the session of its security events
/// (Back-Channel Logout 1.0 §2.1: unique within the issuer).
/// </summary>
/// <remarks>
/// SECURITY: like the subject it is another one at every sector, or two agencies would find by one common session that two subjects are
/// one citizen, for ever. Nobody but this server knows the session's own id, 128 random bits, so one does not lead to another.
/// </remarks>
internal static class AgencySessionId
{
    /// <summary>Derived, not stored: whoever knows the session and the pairwise subject finds the same one.</summary>
    internal static string Of(string sid, string subject)
        => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{sid} {subject}")).AsSpan(0, 16));
}
