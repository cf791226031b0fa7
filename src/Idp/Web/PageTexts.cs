using System.Reflection;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// Finds texts in the <c>.resx</c> files beside what shows them: <c>Index.resx</c> (Traditional Chinese) and
/// <c>Index.en.resx</c> serve <c>Index.cshtml</c> through <c>IViewLocalizer</c> and its <c>IndexModel</c>, with the
/// classes nested in it, through <c>IStringLocalizer&lt;IndexModel&gt;</c>.
/// </summary>
internal sealed class PageTexts(IOptions<LocalizationOptions> options, ILoggerFactory loggers)
    : ResourceManagerStringLocalizerFactory(options, loggers)
{
    protected override string GetResourcePrefix(TypeInfo typeInfo)
    {
        Type type = typeInfo;
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        var name = base.GetResourcePrefix(type.GetTypeInfo());
        return type.IsAssignableTo(typeof(PageModel)) && name.EndsWith("Model", StringComparison.Ordinal)
            ? name[..^"Model".Length]
            : name;
    }
}
