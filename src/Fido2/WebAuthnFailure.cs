namespace Moi.Identity.Fido2;

/// <summary>Why a ceremony was refused, for the operator. Nothing of it is for the peer.</summary>
public sealed record WebAuthnFailure
{
    private WebAuthnFailure(WebAuthnError error, CeremonyKind ceremony, string code, string section, string step, string detail)
        => (Error, Ceremony, Code, Section, Step, Detail) = (error, ceremony, code, section, step, detail);

    /// <summary>The check that failed.</summary>
    public WebAuthnError Error { get; }

    /// <summary>The kind of ceremony it failed in.</summary>
    public CeremonyKind Ceremony { get; }

    /// <summary>Its stable dotted code, such as <c>cdj.origin</c>.</summary>
    public string Code { get; }

    /// <summary>The section of WebAuthn Level 3 the check stands in, such as <c>§7.1</c>.</summary>
    public string Section { get; }

    /// <summary>The step of that section, counted as its top-level list items; empty where the check belongs to no step.</summary>
    public string Step { get; }

    /// <summary>One line for the log. It holds no secret, and nothing of the response but printable ASCII.</summary>
    public string Detail { get; }

    /// <summary>The failure of a check that the caller makes, such as <see cref="WebAuthnError.StateMissing"/>.</summary>
    /// <param name="error">The check.</param>
    /// <param name="ceremony">The kind of ceremony it failed in.</param>
    /// <param name="detail">One line for the log; characters that are not printable ASCII are replaced.</param>
    public static WebAuthnFailure Of(WebAuthnError error, CeremonyKind ceremony, string detail = "")
    {
        ArgumentNullException.ThrowIfNull(detail);
        var entry = ErrorCatalogue.Find(error);
        var (section, step) = ceremony == CeremonyKind.Get ? (entry.GetSection, entry.GetStep) : (entry.CreateSection, entry.CreateStep);
        return new WebAuthnFailure(error, ceremony, entry.Code, section, step, Printable(detail));
    }

    /// <inheritdoc/>
    public override string ToString()
        => $"{Code} ({Section}{(Step.Length == 0 ? "" : " step ")}{Step}){(Detail.Length == 0 ? "" : ": ")}{Detail}";

    /// <summary>Keeps a log line one line (CVE-2023-6484) and short.</summary>
    internal static string Printable(string text)
    {
        const int Longest = 300;
        var kept = text.Length > Longest ? text[..Longest] : text;
        return string.Create(kept.Length, kept, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
    }
}
