using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;

namespace Moi.Identity.Idp.Web;

/// <summary>The words a passkey form shows while the device asks; see <c>PasskeyForm.resx</c>.</summary>
internal static class PasskeyForm;

/// <summary>
/// Completes <c>&lt;form method="post" data-passkey="create|get" data-options="…"&gt;</c> with the fields that
/// <c>js/passkey.js</c> fills. <c>error</c> says <c>JavaScriptNotEnabled</c> until the script takes over, so the
/// server hears of it without any script.
/// </summary>
[HtmlTargetElement("form", Attributes = "data-passkey")]
public sealed class PasskeyFormTagHelper(IStringLocalizerFactory texts, HtmlEncoder html) : TagHelper
{
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var text = texts.Create(typeof(PasskeyForm));
        output.PostContent.AppendHtml($"""
            <input type="hidden" name="response"><input type="hidden" name="error" value="JavaScriptNotEnabled"><input type="hidden" name="elapsed_ms">
            <div class="ceremony-status" role="status" data-passkey-status data-waiting="{html.Encode(text["Waiting"])}" data-slow="{html.Encode(text["Slow"])}" data-cancel="{html.Encode(text["Cancel"])}" data-cancelled="{html.Encode(text["Cancelled"])}"></div>
            """);
    }
}
