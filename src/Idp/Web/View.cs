using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace Moi.Identity.Idp.Web;

/// <summary>Answers with a Razor view from anywhere: a middleware, an endpoint, a protocol handler.</summary>
internal static class View
{
    internal static Task WriteAsync<T>(HttpContext context, string path, T model, int status)
    {
        var services = context.RequestServices;
        var metadata = services.GetRequiredService<IModelMetadataProvider>();
        var view = new ViewResult
        {
            ViewName = path,
            StatusCode = status,
            ViewData = new ViewDataDictionary<T>(metadata, new ModelStateDictionary()) { Model = model },
            TempData = services.GetRequiredService<ITempDataDictionaryFactory>().GetTempData(context),
        };
        return services.GetRequiredService<IActionResultExecutor<ViewResult>>()
            .ExecuteAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()), view);
    }
}
