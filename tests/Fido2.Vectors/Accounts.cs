using System.Buffers.Text;
using System.Text;

namespace Moi.Identity.Fido2.Vectors;

/// <summary>The user handle of the account that has the credential, and that of the account which was identified before the ceremony,
/// if one was; §7.2 step 6.</summary>
/// <remarks>A vector names accounts, and an authenticator knows one by its handle: names are compared with names. Where no handle is
/// given, the name is the handle.</remarks>
internal sealed record Accounts(byte[] Owner, byte[]? Identified)
{
    internal static Accounts Of(Vector vector, Expectation expect)
    {
        var name = expect.CredentialOwner ?? expect.IdentifiedUser;
        var named = name is null ? null : Encoding.UTF8.GetBytes(name);
        var claimed = vector.UserHandle is { Length: > 0 } handle ? Base64Url.DecodeFromChars(handle) : null;
        var stored = expect.StoredUserHandle is { } text ? Base64Url.DecodeFromChars(text) : null;
        if (expect.Discoverable == true)
        {
            // The handle of the response is the claim that is to be judged: taken for the owner's, it would be compared with itself.
            return new Accounts(stored ?? named ?? claimed ?? "owner"u8.ToArray(), Identified: null);
        }

        var owner = stored ?? claimed ?? named ?? "owner"u8.ToArray();
        var isOwner = (expect.IdentifiedUser, expect.CredentialOwner) switch
        {
            (null, _) => true,
            ({ } identified, { } other) => identified == other,
            _ => stored is null || stored.AsSpan().SequenceEqual(named),
        };

        // Another account: any handle but the owner's.
        return new Accounts(owner, isOwner ? owner : [.. owner, 0]);
    }
}
