using System.Net;
using System.Text.RegularExpressions;

namespace Moi.Identity.LoadGenerator;

/// <summary>A form of a page, as any client reads it: its address, its fields and, on passkey pages, the options.</summary>
internal sealed partial record PageForm(string? Action, string? Options, Dictionary<string, string> Fields)
{
    /// <summary>The form whose opening tag contains <paramref name="mark"/>.</summary>
    internal static PageForm Find(string html, string mark)
    {
        foreach (Match form in Forms().Matches(html))
        {
            if (form.Groups["tag"].Value.Contains(mark, StringComparison.Ordinal))
            {
                var fields = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (Match input in Inputs().Matches(form.Groups["body"].Value))
                {
                    if (Attribute(input.Value, "name") is { } name && Attribute(input.Value, "type") is "hidden" or "text")
                    {
                        fields[Attribute(input.Value, "name")!] = Attribute(input.Value, "value") ?? "";
                    }
                }

                return new PageForm(
                    Attribute(form.Groups["tag"].Value, "action"), Attribute(form.Groups["tag"].Value, "data-options"), fields);
            }
        }

        throw new InvalidOperationException($"The page has no form with {mark}:\n" + html[..Math.Min(html.Length, 2000)]);
    }

    /// <summary>Where the form is posted: its action, or the page itself.</summary>
    internal string Target(Page page) => Action is { Length: > 0 } action ? action : page.Address.PathAndQuery;

    private static string? Attribute(string tag, string name)
    {
        var match = Regex.Match(tag, $"\\s{Regex.Escape(name)}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<form(?<tag>[^>]*)>(?<body>.*?)</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Inputs();
}
