using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary><c>/sign-in/trouble</c>: the ways that are left, by what somebody has at hand. Asks nothing, knows nobody.</summary>
internal sealed class TroubleModel(SignInRequests requests) : PageModel
{
    internal SignInRequest Journey { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        Journey = request;
        return Page();
    }
}
