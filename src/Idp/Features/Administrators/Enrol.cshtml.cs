using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary><c>/administrators/enrol</c>: where the link of an invitation leads.</summary>
[PasskeyPage]
internal sealed class EnrolModel(
    AdministratorInvitations invitations, EnrolmentDrafts drafts, IStringLocalizer<EnrolModel> texts) : PageModel
{
    private const string LabelField = "label";
    private const int LongestLabel = 50;

    internal string Label { get; private set; } = "";

    private string? Token => Request.Query["token"];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
        => await invitations.IsOpenAsync(Token, ct) ? Page() : new ErrorPage(EnrolmentProblems.InvitationClosed);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = await Request.ReadFormAsync(ct);
        var (label, mistake) = TypedName.Read(form[LabelField], LongestLabel);
        if (mistake != NameMistake.None)
        {
            Label = label;
            ModelState.AddModelError(LabelField, texts["Mistake." + mistake]);
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        return await drafts.BeginAsync(HttpContext, Token, label, ct) is { } draft
            ? Redirect("/administrators/enrol/passkey?draft=" + draft)
            : new ErrorPage(EnrolmentProblems.InvitationClosed);
    }
}
