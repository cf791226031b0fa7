using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/sign-out</c>: asks by GET, does it by POST.</summary>
internal sealed class SignOutModel(SessionEnding ending, SessionCookie cookie) : PageModel
{
    public IActionResult OnGet() => HttpContext.GetSession() is null ? Redirect("/signed-out") : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (HttpContext.GetSession() is { } session)
        {
            await ending.EndAsync(session, SessionEndReason.SignedOut, ct);
        }

        cookie.Clear(HttpContext);
        return Redirect("/signed-out");
    }
}
