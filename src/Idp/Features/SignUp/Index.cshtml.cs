using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignUp;

/// <summary><c>/sign-up</c>: what is needed, what is kept, and what to be called.</summary>
[PasskeyPage]
internal sealed class IndexModel(SignInRequests requests, SignUpDrafts drafts, IStringLocalizer<IndexModel> texts) : PageModel
{
    /// <summary>The form field of the label.</summary>
    internal const string LabelField = "label";

    private const int LongestLabel = 50;

    internal SignInRequest Journey { get; private set; } = null!;

    /// <summary>What was typed, to be corrected or changed.</summary>
    internal string Label { get; private set; } = "";

    internal bool IsSignedIn => HttpContext.GetSession() is not null;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        Journey = request;
        Label = (await drafts.FindAsync(HttpContext, Request.Query["draft"], ct))?.Label ?? "";
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        Journey = request;
        var form = await Request.ReadFormAsync(ct);
        var (label, mistake) = TypedName.Read(form[LabelField], LongestLabel);
        if (mistake != NameMistake.None)
        {
            Label = label;
            ModelState.AddModelError(LabelField, texts["Mistake." + mistake]);
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        // The draft knows what it was begun for; the address says it for the way back, when the draft is used up.
        return Redirect("/sign-up/passkey" + request.Query + (request.Query.Length == 0 ? "?" : "&") + "draft="
            + await drafts.AddAsync(HttpContext, label, request, ct));
    }
}
