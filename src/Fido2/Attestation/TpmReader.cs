using System.Buffers.Binary;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>Reads the big-endian structures of TPM 2.0; TPM 2.0 Library, Part 2.</summary>
internal ref struct TpmReader(ReadOnlySpan<byte> data, WebAuthnError error)
{
    private readonly WebAuthnError _error = error;
    private ReadOnlySpan<byte> _rest = data;

    internal ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A <c>TPM2B</c>: two bytes of length, then that many.</summary>
    internal ReadOnlySpan<byte> ReadSized() => Take(ReadUInt16());

    internal void Skip(int length) => Take(length);

    /// <summary>Refuses what is left over.</summary>
    internal readonly void End() => Require(_rest.IsEmpty, _error, "Bytes follow the structure.");

    private ReadOnlySpan<byte> Take(int length)
    {
        Require(_rest.Length >= length, _error, "The structure ends too early.");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
