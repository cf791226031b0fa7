using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary><c>TPMS_ATTEST</c> that certifies a key; TPM 2.0 Library, Part 2, §10.12.8.</summary>
internal sealed record TpmCertInfo(byte[] ExtraData, byte[] Name)
{
    private const uint TpmGeneratedValue = 0xFF544347;
    private const ushort TpmStAttestCertify = 0x8017;
    private const int ClockInfoLength = 8 + 4 + 4 + 1;
    private const int FirmwareVersionLength = 8;

    /// <summary>Parses the structure to the last byte, or refuses.</summary>
    internal static TpmCertInfo Parse(ReadOnlySpan<byte> encoded)
    {
        var reader = new TpmReader(encoded, WebAuthnError.TpmCertInfo);

        // "Verify that magic is set to TPM_GENERATED_VALUE."
        // SECURITY: no TPM signs foreign data that starts with it, so what does was made inside one.
        Require(reader.ReadUInt32() == TpmGeneratedValue, WebAuthnError.TpmMagic);

        // "Verify that type is set to TPM_ST_ATTEST_CERTIFY."
        Require(reader.ReadUInt16() == TpmStAttestCertify, WebAuthnError.TpmType);

        // "The remaining fields …, i.e., qualifiedSigner, clockInfo and firmwareVersion are ignored."
        reader.ReadSized();
        var extraData = reader.ReadSized().ToArray();
        reader.Skip(ClockInfoLength + FirmwareVersionLength);

        // "attested contains a TPMS_CERTIFY_INFO structure": name and qualifiedName.
        var name = reader.ReadSized().ToArray();
        reader.ReadSized();
        reader.End();
        return new TpmCertInfo(extraData, name);
    }
}
