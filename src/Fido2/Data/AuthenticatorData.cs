using System.Buffers.Binary;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>§6.1. Reserved bits are ignored.</summary>
[Flags]
internal enum AuthenticatorFlags : byte
{
    None = 0,
    UserPresent = 0x01,
    UserVerified = 0x04,
    BackupEligible = 0x08,
    BackedUp = 0x10,
    AttestedCredentialData = 0x40,
    ExtensionData = 0x80,
}

/// <summary>Attested credential data; §6.5.1.</summary>
internal sealed record AttestedCredentialData(Guid Aaguid, ReadOnlyMemory<byte> CredentialId, ReadOnlyMemory<byte> PublicKey);

/// <summary>Authenticator data; WebAuthn Level 3 §6.1.</summary>
internal readonly struct AuthenticatorData
{
    internal const int Longest = 16 * 1024;
    private const int RpIdHashLength = 32;
    private const int FixedLength = RpIdHashLength + 1 + 4;
    private const int AaguidLength = 16;

    private AuthenticatorData(ReadOnlyMemory<byte> raw, AttestedCredentialData? attested, ReadOnlyMemory<byte> extensions)
        => (Raw, Attested, Extensions) = (raw, attested, extensions);

    /// <summary>The bytes that are signed.</summary>
    internal ReadOnlyMemory<byte> Raw { get; }

    internal ReadOnlySpan<byte> RpIdHash => Raw.Span[..RpIdHashLength];

    internal AuthenticatorFlags Flags => (AuthenticatorFlags)Raw.Span[RpIdHashLength];

    internal uint SignCount => BinaryPrimitives.ReadUInt32BigEndian(Raw.Span[(RpIdHashLength + 1)..]);

    internal AttestedCredentialData? Attested { get; }

    /// <summary>The extension outputs as a canonical CBOR map; empty if there are none.</summary>
    internal ReadOnlyMemory<byte> Extensions { get; }

    internal bool Has(AuthenticatorFlags flag) => Flags.HasFlag(flag);

    /// <summary>Parses the bytes to the last one, or refuses.</summary>
    internal static AuthenticatorData Parse(ReadOnlyMemory<byte> raw)
    {
        Require(raw.Length <= Longest, WebAuthnError.RequestTooLarge, "The authenticator data is too long.");
        Require(raw.Length >= FixedLength, WebAuthnError.AuthenticatorDataShort);
        var flags = (AuthenticatorFlags)raw.Span[RpIdHashLength];
        var rest = raw[FixedLength..];

        AttestedCredentialData? attested = null;
        if (flags.HasFlag(AuthenticatorFlags.AttestedCredentialData))
        {
            attested = ReadAttested(ref rest);
        }

        ReadOnlyMemory<byte> extensions = default;
        if (flags.HasFlag(AuthenticatorFlags.ExtensionData))
        {
            extensions = ReadExtensions(ref rest);
        }

        Require(rest.IsEmpty, WebAuthnError.AuthenticatorDataLeftover);
        return new AuthenticatorData(raw, attested, extensions);
    }

    private static AttestedCredentialData ReadAttested(ref ReadOnlyMemory<byte> rest)
    {
        Require(rest.Length >= AaguidLength + 2, WebAuthnError.AuthenticatorDataShort, "The attested credential data ends too early.");
        var aaguid = new Guid(rest.Span[..AaguidLength], bigEndian: true);
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span[AaguidLength..]);
        rest = rest[(AaguidLength + 2)..];
        Require(length <= rest.Length, WebAuthnError.AuthenticatorDataShort, "The credential ID ends too early.");
        var credentialId = rest[..length];
        rest = rest[length..];

        // "using the CTAP2 canonical CBOR encoding form" (§6.5.1). The key says itself where it ends.
        var reader = new CborReader(rest.Span, WebAuthnError.KeyCbor, canonical: true);
        reader.Skip();
        var publicKey = rest[..reader.Position];
        rest = rest[reader.Position..];
        return new AttestedCredentialData(aaguid, credentialId, publicKey);
    }

    /// <summary>"This is a CBOR map with extension identifiers as keys" (§6.1); ED without any is a contradiction.</summary>
    private static ReadOnlyMemory<byte> ReadExtensions(ref ReadOnlyMemory<byte> rest)
    {
        var reader = new CborReader(rest.Span, WebAuthnError.AuthenticatorDataExtensions, canonical: true);
        reader.Skip();
        var extensions = rest[..reader.Position];
        rest = rest[reader.Position..];

        var map = new CborReader(extensions.Span, WebAuthnError.AuthenticatorDataExtensions, canonical: true);
        Require(map.TryReadMap(out var count) && count > 0, WebAuthnError.AuthenticatorDataExtensions, "Not a map with members.");
        for (var i = 0; i < count; i++)
        {
            Require(map.TryReadText(out _), WebAuthnError.AuthenticatorDataExtensions, "An extension identifier is not text.");
            map.Skip();
        }

        return extensions;
    }
}
