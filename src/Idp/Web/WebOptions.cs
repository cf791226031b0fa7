namespace Moi.Identity.Idp.Web;

/// <summary>Section <c>Idp:Web</c>: what the public pages say about their operator.</summary>
internal sealed class WebOptions
{
    internal const string Section = "Idp:Web";

    /// <summary>Where security researchers report weaknesses: an address such as <c>mailto:…</c> or <c>https://…</c>.</summary>
    /// <value>Default none: <c>/.well-known/security.txt</c> then names the page <c>/security</c>.</value>
    /// <remarks>Shown to everybody; name a mailbox that is read.</remarks>
    public string? SecurityContact { get; set; }
}
