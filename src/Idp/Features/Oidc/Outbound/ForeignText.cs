namespace Moi.Identity.Idp.Features.Oidc.Outbound;

/// <summary>What another server said, or what an exception quotes of it, on its way to the log, the database and a terminal.</summary>
internal static class ForeignText
{
    private const int Longest = 200;

    /// <summary>One line of printable ASCII.</summary>
    /// <remarks>
    /// SECURITY: a line feed makes a second line of a log, an escape sequence is obeyed by the terminal that shows it, and PostgreSQL
    /// stores no NUL.
    /// </remarks>
    internal static string Printable(string text, int longest = Longest)
        => string.Concat(text.Take(longest).Select(c => c is >= ' ' and < '\u007f' ? c : '?'));
}
