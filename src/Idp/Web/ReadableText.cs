using System.Globalization;
using System.Text;

namespace Moi.Identity.Idp.Web;

/// <summary>Somebody else's text that citizens read as part of our pages.</summary>
internal static class ReadableText
{
    /// <summary>
    /// SECURITY: characters that hide, turn around or break up what follows could make the page around them say something else.
    /// </summary>
    internal static bool IsReadable(string text) => text.EnumerateRunes().All(IsReadable);

    /// <inheritdoc cref="IsReadable(string)"/>
    internal static bool IsReadable(Rune rune)
        => Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
