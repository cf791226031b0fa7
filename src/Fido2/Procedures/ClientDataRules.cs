using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Procedures;

/// <summary>§7.1 steps 8 to 11 and §7.2 steps 11 to 14, which say the same of the client data.</summary>
internal static class ClientDataRules
{
    internal static void Check(ClientData c, ReadOnlySpan<byte> issuedChallenge, RelyingParty relyingParty)
    {
        // "Verify that the value of C.challenge equals the base64url encoding of pkOptions.challenge." The text itself is
        // compared: another spelling of the same bytes is not what a client writes.
        Require(IsChallenge(c.Challenge, issuedChallenge), WebAuthnError.ClientDataChallenge);

        // "Verify that the value of C.origin is an origin expected by the Relying Party."
        // SECURITY: exact match. A suffix match would let a taken-over subdomain use credentials of our RP ID (CVE-2026-30964).
        if (!relyingParty.HasOrigin(c.Origin))
        {
            throw new WebAuthnException(WebAuthnError.ClientDataOrigin, Encoding.UTF8.GetString(c.Origin));
        }

        // "If C.crossOrigin is present and set to true, verify that the Relying Party expects that this credential would have
        //  been created within an iframe that is not same-origin with its ancestors."
        Require(!c.CrossOrigin || relyingParty.AllowCrossOrigin, WebAuthnError.ClientDataCrossOrigin);

        // "If C.topOrigin is present: Verify that the Relying Party expects that this credential would have been created within
        //  an iframe that is not same-origin with its ancestors. Verify that the value of C.topOrigin matches the origin of a
        //  page that the Relying Party expects to be sub-framed within."
        // §5.8.1: topOrigin "is set only if … crossOrigin is true"; that frames are expected was checked with it.
        if (c.HasTopOrigin)
        {
            Require(c.CrossOrigin, WebAuthnError.ClientDataTopOrigin, "topOrigin without crossOrigin.");
            if (!relyingParty.HasTopOrigin(c.TopOrigin))
            {
                throw new WebAuthnException(WebAuthnError.ClientDataTopOrigin, Encoding.UTF8.GetString(c.TopOrigin));
            }
        }
    }

    private static bool IsChallenge(ReadOnlySpan<byte> claimed, ReadOnlySpan<byte> issued)
    {
        const int LongestChallenge = 256;
        Span<byte> expected = stackalloc byte[LongestChallenge];
        return Base64Url.TryEncodeToUtf8(issued, expected, out var length)
            && CryptographicOperations.FixedTimeEquals(expected[..length], claimed);
    }
}
