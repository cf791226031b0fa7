using System.Net;
using System.Net.Http.Headers;

namespace Moi.Identity.Testing;

/// <summary>A page that a <see cref="CitizenBrowser"/> arrived at.</summary>
/// <param name="Address">Where it is, with its query.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers of the response.</param>
/// <param name="Body">The HTML.</param>
/// <param name="Leaving">Where the server sent the browser outside its own origin; null if it did not.</param>
public sealed record BrowserPage(Uri Address, HttpStatusCode Status, HttpResponseHeaders Headers, string Body, Uri? Leaving)
{
    /// <summary>The path, without the query.</summary>
    public string Path => Address.AbsolutePath;

    /// <summary>The forms of the page.</summary>
    public IReadOnlyList<HtmlForm> Forms { get; } = Html.Forms(Body);

    /// <summary>What a person reads.</summary>
    public string Text => Html.Text(Body);

    /// <summary>The form that runs a passkey ceremony.</summary>
    public HtmlForm PasskeyForm => Forms.Single(form => form.Passkey is not null);

    /// <summary>The first plain form that posts, other than one that signs out.</summary>
    public HtmlForm PlainForm => Forms.First(form => form.Passkey is null && form.Action != "/sign-out");

    /// <summary>The code of a problem, <c>MOI-…</c>; null when the page tells of none.</summary>
    public string? ProblemCode =>
        Body.IndexOf("id=\"problem-code\">", StringComparison.Ordinal) is >= 0 and var at
            ? Body[(at + "id=\"problem-code\">".Length)..Body.IndexOf('<', at + "id=\"problem-code\">".Length)]
            : null;
}
