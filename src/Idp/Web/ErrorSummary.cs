using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// <c>&lt;moi-error-summary title="…" /&gt;</c>: what is wrong with a form, at the top of it, each line a link to its
/// field. It takes the focus when the page opens and is absent while nothing is wrong.
/// </summary>
[HtmlTargetElement("moi-error-summary", TagStructure = TagStructure.WithoutEndTag)]
public sealed class ErrorSummaryTagHelper(HtmlEncoder html) : TagHelper
{
    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    public required string Title { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var state = ViewContext.ViewData.ModelState;
        if (state.IsValid)
        {
            output.SuppressOutput();
            return;
        }

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "error-summary");
        output.Attributes.SetAttribute("role", "alert");
        output.Attributes.SetAttribute("tabindex", "-1");
        output.Attributes.SetAttribute("data-focus", "");
        var lines = state.SelectMany(field => field.Value!.Errors, (field, error) =>
        {
            var text = html.Encode(error.ErrorMessage);
            return field.Key.Length == 0
                ? $"<li>{text}</li>"
                : $"<li><a href=\"#{TagBuilder.CreateSanitizedId(field.Key, "_")}\">{text}</a></li>";
        });
        output.Content.SetHtmlContent($"<h2>{html.Encode(Title)}</h2><ul>{string.Concat(lines)}</ul>");
    }
}
