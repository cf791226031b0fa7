using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary><c>/errors</c> and <c>/errors/CODE</c>: what an error means to the developer, or to whoever is told its code, and what to do.</summary>
[AllowAnonymous]
internal sealed class IndexModel : PageModel
{
    /// <summary>One code, or none for all of them.</summary>
    [FromRoute]
    public string? Code { get; set; }

    public IActionResult OnGet() => Code is null || ErrorCodes.All.Contains(Code) || ShownProblems.Find(Code) is not null ? Page() : new ErrorPage(Problems.NotFound);
}
