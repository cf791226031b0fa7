using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SessionEnd;

/// <summary><c>/session-ended</c>: where a page goes by itself when its session is over.</summary>
internal sealed class EndedModel : PageModel
{
    /// <summary>The page that was open.</summary>
    internal string ReturnPath => LocalPath.OrDefault(Request.Query["return"]);

    public IActionResult OnGet() => HttpContext.GetSession() is null ? Page() : Redirect(ReturnPath);
}
