using System.Collections.Frozen;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>The statement formats the engine knows; §8.</summary>
internal static class AttestationFormats
{
    private static readonly FrozenDictionary<string, IAttestationStatementFormat> Formats =
        new IAttestationStatementFormat[] { new NoneFormat(), new PackedFormat() }
            .ToFrozenDictionary(format => format.Identifier, StringComparer.Ordinal);

    /// <summary>The format of an identifier; null if it is unknown.</summary>
    internal static IAttestationStatementFormat? Find(string identifier) => Formats.GetValueOrDefault(identifier);
}
