using System.Text;
using System.Text.RegularExpressions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Why a name cannot be used; the members are keys of the pages' texts.</summary>
internal enum NameMistake
{
    None = 0,
    Empty,
    TooLong,
    BadCharacter,
    LooksLikeNationalId,
}

/// <summary>
/// A name that a person typed, for an account or a passkey. Devices show it and providers store it in their cloud, so it
/// must not identify anybody.
/// </summary>
internal static partial class TypedName
{
    /// <summary>Reads what was typed.</summary>
    /// <param name="typed">The form field.</param>
    /// <param name="longest">In characters as Unicode counts them: a rare character of plane 2 is one.</param>
    /// <returns>The name without surrounding space, and what is wrong with it, if anything is.</returns>
    internal static (string Name, NameMistake Mistake) Read(string? typed, int longest)
    {
        if (typed is { Length: > 1000 })
        {
            return ("", NameMistake.TooLong);
        }

        // Half a surrogate pair enumerates as the replacement character, so normalising below cannot fail.
        var name = (typed ?? "").Trim();
        if (name.EnumerateRunes().Any(IsBad))
        {
            return ("", NameMistake.BadCharacter);
        }

        name = name.Normalize(NormalizationForm.FormC);
        var length = name.EnumerateRunes().Count();
        return (name, length == 0 ? NameMistake.Empty
            : length > longest ? NameMistake.TooLong
            : LooksLikeNationalId(name) ? NameMistake.LooksLikeNationalId
            : NameMistake.None);
    }

    /// <summary>A national ID or resident certificate number, also in full-width characters or with separators.</summary>
    internal static bool LooksLikeNationalId(string name)
    {
        var plain = string.Concat(name.Normalize(NormalizationForm.FormKC).Where(char.IsLetterOrDigit)).ToUpperInvariant();
        return NationalId().IsMatch(plain);
    }

    /// <summary>Controls, direction overrides, and halves of characters: nothing that changes how the text around it reads.</summary>
    private static bool IsBad(Rune rune) => rune == Rune.ReplacementChar || !ReadableText.IsReadable(rune);

    [GeneratedRegex("[A-Z][A-D1289][0-9]{8}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex NationalId();
}
