using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>Asks whether to sign out, when the agency could not prove which session it means.</summary>
[AllowAnonymous]
internal sealed class ConfirmModel(Records<LogoutRequest> requests, BrowserMark browser, SessionEnding ending, SessionCookie cookie)
    : PageModel
{
    [FromQuery(Name = "request")]
    public string? Handle { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await requests.GetAsync(Handle, ct) is not { Value: var request } || !browser.Matches(HttpContext, request.Browser))
        {
            return new ErrorPage(LogoutProblems.Expired);
        }

        if (request.ReturnAddress is { } address)
        {
            SecurityHeaders.AllowFormRedirectTo(HttpContext, address);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? answer, CancellationToken ct)
    {
        if (answer is not ("sign-out" or "stay") || await requests.TakeAsync(Handle, ct) is not { } request
            || !browser.Matches(HttpContext, request.Browser))
        {
            return new ErrorPage(LogoutProblems.Expired);
        }

        if (answer == "sign-out" && HttpContext.GetSession() is { } session && session.Sid == request.Sid)
        {
            await ending.EndAsync(session, SessionEndReason.SignedOutByAgency, ct);
            cookie.Clear(HttpContext);
        }

        // Also who stays signed in here goes back to the agency, which has already forgotten them.
        return Redirect(request.ReturnAddress ?? (answer == "sign-out" ? "/signed-out" : "/account"));
    }
}
