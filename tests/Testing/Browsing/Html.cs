using System.Net;
using System.Text.RegularExpressions;

namespace Moi.Identity.Testing;

/// <summary>A form as it stands on a page.</summary>
/// <param name="Attributes">Its attributes, decoded.</param>
/// <param name="Fields">Its inputs by name; of several with one name the first.</param>
/// <param name="Buttons">Its submit buttons that have a name: name and value.</param>
public sealed record HtmlForm(
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Fields,
    IReadOnlyList<KeyValuePair<string, string>> Buttons)
{
    /// <summary>Where it posts to; empty for the page itself.</summary>
    public string Action => Attributes.GetValueOrDefault("action", "");

    /// <summary><c>create</c> or <c>get</c>; null for a form without a passkey.</summary>
    public string? Passkey => Attributes.GetValueOrDefault("data-passkey");

    /// <summary>What the page hands to the browser's passkey function.</summary>
    public string Options => Attributes["data-options"];
}

/// <summary>Reads just enough HTML to drive our own pages as a plain client does.</summary>
public static partial class Html
{
    /// <summary>The forms of a page, in order.</summary>
    public static IReadOnlyList<HtmlForm> Forms(string html) =>
    [
        .. FormElement().Matches(html).Select(form => new HtmlForm(
            Attributes(form.Groups["attributes"].Value),
            InputTag().Matches(form.Groups["content"].Value).Select(input => Attributes(input.Groups["attributes"].Value))
                .Where(input => input.ContainsKey("name"))
                .GroupBy(input => input["name"], StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First().GetValueOrDefault("value", ""), StringComparer.Ordinal),
            [
                .. ButtonTag().Matches(form.Groups["content"].Value).Select(button => Attributes(button.Groups["attributes"].Value))
                    .Where(button => button.ContainsKey("name"))
                    .Select(button => KeyValuePair.Create(button["name"], button.GetValueOrDefault("value", ""))),
            ])),
    ];

    /// <summary>The decoded value of the first attribute of this name anywhere on the page.</summary>
    public static string? Attribute(string html, string name)
        => AttributeOf().Matches(html).FirstOrDefault(match => match.Groups["name"].Value == name) is { } found ? Value(found) : null;

    /// <summary>What a person reads: no tags, no scripts, entities decoded, white space collapsed.</summary>
    public static string Text(string html)
        => WebUtility.HtmlDecode(Space().Replace(Tag().Replace(html, " "), " ")).Trim();

    private static Dictionary<string, string> Attributes(string text)
        => AttributeOf().Matches(text).GroupBy(match => match.Groups["name"].Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Value(group.First()), StringComparer.Ordinal);

    private static string Value(Match attribute) => WebUtility.HtmlDecode(attribute.Groups["value"].Value);

    [GeneratedRegex(@"<form\b(?<attributes>[^>]*)>(?<content>.*?)</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FormElement();

    [GeneratedRegex(@"<input\b(?<attributes>[^>]*)>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex InputTag();

    [GeneratedRegex(@"<button\b(?<attributes>[^>]*)>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ButtonTag();

    [GeneratedRegex(@"(?<=\s)(?<name>[a-z][a-z0-9_-]*)=""(?<value>[^""]*)""", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex AttributeOf();

    [GeneratedRegex(@"<[^>]+>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Space();
}
