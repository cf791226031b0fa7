using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Filters;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// A page that takes passkey responses. A larger request is answered before it is read: it cannot be one, and parsing
/// it would only serve whoever sent it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PasskeyPageAttribute : Attribute, IAuthorizationFilter, IOrderedFilter
{
    /// <summary>Before antiforgery, at 1000, reads the form.</summary>
    public int Order => 900;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        if (http.Request.ContentLength > CeremonyForm.LongestRequest)
        {
            context.Result = new ErrorPage(Problems.TooLarge);
        }
        else if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = CeremonyForm.LongestRequest;
        }
    }
}
