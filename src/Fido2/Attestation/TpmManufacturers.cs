using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>The manufacturers of the TCG TPM Vendor ID Registry, Family 1.2 and 2.0, version 1.08 of 2026-07-20, table 2.</summary>
/// <remarks>
/// https://trustedcomputinggroup.org/resource/vendor-id-registry/. Compared on 2026-11-26 with transcripts of versions 1.02,
/// 1.06, 1.07 and 1.08 in other WebAuthn servers and in a collection of TPM roots; no transcript disagrees with another
/// about an identifier. Of table 1, Solidigm has no identifier here; table 3 is for simulators and belongs into no certificate.
/// </remarks>
internal static class TpmManufacturers
{
    /// <summary>The manufacturer of the certificates in the conformance tests.</summary>
    private const string ConformanceTests = "id:FFFFF1D0";

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    private static readonly FrozenSet<string> Known = new[]
    {
        "id:414D4400", // AMD
        "id:414E5400", // Ant Group
        "id:41524D00", // Arm; since 1.08
        "id:41544D4C", // Atmel
        "id:4252434D", // Broadcom
        "id:4353434F", // Cisco
        "id:464C5953", // Flyslice
        "id:474F4F47", // Google
        "id:48504900", // HPI
        "id:48504500", // HPE
        "id:48495349", // Huawei
        "id:49424D00", // IBM
        "id:49465800", // Infineon
        "id:494E5443", // Intel
        "id:4C454E00", // Lenovo
        "id:4D534654", // Microsoft
        "id:4E534700", // NSING; since 1.07
        "id:4E534D20", // National Semiconductor
        "id:4E545A00", // Nationz
        "id:4E544300", // Nuvoton
        "id:51434F4D", // Qualcomm
        "id:524F4343", // Rockchip
        "id:53454345", // SecEdge; since 1.07
        "id:5345414C", // WISeKey (SEALSQ); since 1.07
        "id:534D5343", // SMSC
        "id:534D534E", // Samsung
        "id:534E5300", // Sinosun
        "id:53544D20", // STMicroelectronics
        "id:54584E00", // Texas Instruments
        "id:57454300", // Winbond
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>"id:" and the vendor's four bytes in hexadecimal; TPMv2-EK-Profile §3.1.2.</summary>
    internal static bool IsWellFormed([NotNullWhen(true)] string? text)
        => text is { Length: 11 } && text.StartsWith("id:", StringComparison.Ordinal) && text.AsSpan(3).IndexOfAnyExcept(HexadecimalDigits) < 0;

    /// <summary>Without regard to case: the registry itself spells IBM's digits in lower case.</summary>
    internal static bool IsKnown(string id, EngineMode mode)
        => Known.Contains(id) || (mode == EngineMode.Conformance && id == ConformanceTests);
}
