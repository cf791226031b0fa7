using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace HelloAgency.Pages;

/// <summary>/error: what people see when a page is missing or broken, and the number that finds it in the log.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel : PageModel
{
    /// <summary>Whether the address does not exist.</summary>
    public bool IsNotFound { get; private set; }

    /// <summary>The number of this request in the log.</summary>
    public string Trace => Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;

    /// <summary>Shows the page.</summary>
    public void OnGet(int status) => IsNotFound = status == StatusCodes.Status404NotFound;

    /// <summary>Shows the page after a form failed.</summary>
    public void OnPost(int status) => OnGet(status);
}
