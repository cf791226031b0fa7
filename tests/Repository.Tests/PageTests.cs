using System.Text.RegularExpressions;

namespace Moi.Identity.Repository.Tests;

/// <summary>The content security policy forbids inline code; a page that has some would fail in the browser only.</summary>
public partial class PageTests
{
    private static IEnumerable<string> Pages =>
        Tree.Matching("src/**/*.cshtml").Concat(Tree.Matching("samples/**/*.cshtml"));

    /// <summary>Seen failing on 2026-11-23, with an inline script, a style element, a style attribute and an onclick planted.</summary>
    [Fact]
    public void Pages_have_no_inline_code()
    {
        Tree.Find(Pages, InlineScript()).ShouldBeEmpty();
        Tree.Find(Pages, InlineStyle()).ShouldBeEmpty();
        Tree.Find(Pages, EventAttribute()).ShouldBeEmpty();
    }

    /// <summary>Trusted Types refuse these at run time. Seen failing on 2026-11-23, with an innerHTML planted.</summary>
    [Fact]
    public void Scripts_write_no_markup()
        => Tree.Find(Tree.Matching("src/**/*.js"), MarkupSink()).ShouldBeEmpty();

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)(?![^>]*\basset-src=)[^>]*>", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InlineScript();

    [GeneratedRegex(@"<style\b|<[a-z][^>]*\sstyle\s*=", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InlineStyle();

    [GeneratedRegex(@"<[a-z][^>]*\son[a-z]+\s*=", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex EventAttribute();

    [GeneratedRegex(@"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MarkupSink();
}
