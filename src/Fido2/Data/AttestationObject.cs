using System.Text;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>An attestation object; WebAuthn Level 3 §6.5.4.</summary>
/// <remarks>Real authenticators and early browsers write the members in another order than the canonical one, so the
/// order is free; everything else of canonical CBOR is demanded.</remarks>
internal sealed record AttestationObject(string Format, ReadOnlyMemory<byte> Statement, AuthenticatorData AuthenticatorData)
{
    private const byte False = 0xF4, True = 0xF5;

    /// <summary>"MUST be a maximum of 32 octets in length" (§8.1).</summary>
    private const int LongestFormat = 32;

    /// <summary>CTAP's <c>epAtt</c>: the authenticator says that it made an enterprise attestation (CTAP 2.2 §6.1.2).</summary>
    internal bool IsEnterprise { get; private init; }

    /// <summary>Parses the bytes to the last one, or refuses.</summary>
    internal static AttestationObject Parse(byte[] encoded)
    {
        var whole = new CborReader(encoded, WebAuthnError.AttestationCbor, canonical: false);
        whole.Skip();
        Require(whole.IsAtEnd, WebAuthnError.AttestationCbor, "Bytes follow the attestation object.");

        var reader = new CborReader(encoded, WebAuthnError.AttestationCbor, canonical: false);
        Require(reader.TryReadMap(out var count), WebAuthnError.AttestationMembers, "Not a map.");
        string? format = null;
        ReadOnlyMemory<byte>? statement = null;
        byte[]? authenticatorData = null;
        var isEnterprise = false;
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadText(out var name), WebAuthnError.AttestationMembers, "A name is not text.");
            if (name.SequenceEqual("fmt"u8))
            {
                Require(reader.TryReadText(out var text) && text.Length is > 0 and <= LongestFormat, WebAuthnError.AttestationMembers, "fmt");
                format = Encoding.UTF8.GetString(text);
            }
            else if (name.SequenceEqual("attStmt"u8))
            {
                var start = reader.Position;
                reader.Skip();
                statement = encoded.AsMemory(start..reader.Position);
            }
            else if (name.SequenceEqual("authData"u8))
            {
                Require(reader.TryReadBytes(out var bytes), WebAuthnError.AttestationMembers, "authData");
                authenticatorData = bytes.ToArray();
            }
            else if (name.SequenceEqual("ep"u8))
            {
                // CTAP's own member of the same map, which some clients pass on.
                var value = reader.Skip();
                Require(value is [False] or [True], WebAuthnError.AttestationMembers, "ep");
                isEnterprise = value is [True];
            }
            else
            {
                // Another one: the large-blob key, which is the client's business.
                Require(name.SequenceEqual("largeBlobKey"u8), WebAuthnError.AttestationMembers, "An unknown member.");
                Require(reader.TryReadBytes(out _), WebAuthnError.AttestationMembers, "largeBlobKey");
            }
        }

        Require(format is not null && statement is not null && authenticatorData is not null, WebAuthnError.AttestationMembers, "A member is missing.");
        return new AttestationObject(format, statement.Value, AuthenticatorData.Parse(authenticatorData)) { IsEnterprise = isEnterprise };
    }
}
