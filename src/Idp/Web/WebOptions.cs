using System.ComponentModel.DataAnnotations;

namespace Moi.Identity.Idp.Web;

/// <summary>Section <c>Idp:Web</c>: what the public pages say about their operator.</summary>
internal sealed class WebOptions
{
    internal const string Section = "Idp:Web";

    private const string Address = "^(mailto:|tel:|https://).+";
    private const string Otherwise = "{0} must begin with mailto:, tel: or https://.";

    /// <summary>Where security researchers report weaknesses: an address such as <c>mailto:…</c> or <c>https://…</c>.</summary>
    /// <value>Default none: <c>/.well-known/security.txt</c> then names the page <c>/security</c>.</value>
    /// <remarks>Shown to everybody; name a mailbox that is read.</remarks>
    [RegularExpression(Address, ErrorMessage = Otherwise)]
    public string? SecurityContact { get; set => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Whom citizens ask about their data: an address such as <c>mailto:…</c>, <c>tel:…</c> or <c>https://…</c>.</summary>
    /// <value>Default none: the privacy page then names the operator without an address.</value>
    /// <remarks>Shown to everybody. The Personal Data Protection Act gives citizens rights that they exercise there.</remarks>
    [RegularExpression(Address, ErrorMessage = Otherwise)]
    public string? PrivacyContact { get; set => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Whom citizens ask who cannot go on, or find a page hard to use: an address such as <c>tel:…</c>, <c>mailto:…</c> or <c>https://…</c>.</summary>
    /// <value>Default none: the pages of help and accessibility then send them to the agency whose service they want to use.</value>
    /// <remarks>Shown to everybody; name somebody who answers.</remarks>
    [RegularExpression(Address, ErrorMessage = Otherwise)]
    public string? HelpContact { get; set => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>An address as people read it.</summary>
    internal static string Show(string address)
        => address.StartsWith("https:", StringComparison.Ordinal) ? address : address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
