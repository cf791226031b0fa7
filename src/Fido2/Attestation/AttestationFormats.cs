using System.Collections.Frozen;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>The statement formats the engine knows; §8.</summary>
internal static class AttestationFormats
{
    private static readonly FrozenDictionary<string, IAttestationStatementFormat> Formats =
        new IAttestationStatementFormat[]
        {
            new NoneFormat(), new PackedFormat(), new TpmFormat(), new AndroidKeyFormat(), new SafetyNetFormat(), new FidoU2fFormat(),
            new AppleFormat(), new CompoundFormat(),
        }.ToFrozenDictionary(format => format.Identifier, StringComparer.Ordinal);

    /// <summary>The format of an identifier; null if it is unknown.</summary>
    internal static IAttestationStatementFormat? Find(string identifier) => Formats.GetValueOrDefault(identifier);

    /// <summary>Google switched the service behind android-safetynet off in 2025: what still arrives is old or forged.</summary>
    internal static bool IsEnabled(IAttestationStatementFormat format, RegistrationPolicy policy)
        => format is not SafetyNetFormat || policy.AllowAndroidSafetyNet;
}
