using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Moi.Identity.Idp.Web;

/// <summary>Dates as citizens read them, in Taiwan's time (UTC+8, no daylight saving since 1980).</summary>
internal static class Dates
{
    private static readonly TimeSpan Taiwan = TimeSpan.FromHours(8);

    /// <summary>「2026 年 11 月 23 日（民國 115 年）」 or “23 November 2026”.</summary>
    internal static string Day(DateTimeOffset moment)
    {
        var local = moment.ToOffset(Taiwan);
        return Languages.Current == Languages.English
            ? local.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture,
                $"{local.Year} 年 {local.Month} 月 {local.Day} 日（民國 {local.Year - 1911} 年）");
    }

    /// <summary>The day and the time of day, to the minute.</summary>
    internal static string Moment(DateTimeOffset moment)
    {
        var time = moment.ToOffset(Taiwan).ToString("HH:mm", CultureInfo.InvariantCulture);
        return Languages.Current == Languages.English ? $"{Day(moment)}, {time}" : $"{Day(moment)}{time}";
    }
}

/// <summary><c>&lt;moi-date value="…" with-time="true" /&gt;</c>: a date that people and machines can both read.</summary>
[HtmlTargetElement("moi-date", TagStructure = TagStructure.WithoutEndTag)]
public sealed class DateTagHelper : TagHelper
{
    public DateTimeOffset Value { get; set; }

    public bool WithTime { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", WithTime
            ? Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : Value.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

        // A line ends before the year of the Republic, or before the time of day, and nowhere else.
        var text = WithTime ? Dates.Moment(Value) : Dates.Day(Value);
        var at = text.IndexOfAny(['（', ',']);
        at = at < 0 ? text.Length : text[at] == ',' ? at + 1 : at;
        output.Content.SetHtmlContent($"<span class=\"nowrap\">{text[..at]}</span>{Rest(text[at..])}");
    }

    private static string Rest(string text)
        => text.Length == 0 ? "" : text[0] == ' ' ? $" <span class=\"nowrap\">{text[1..]}</span>" : $"<span class=\"nowrap\">{text}</span>";
}
