using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>
/// <c>/administrators/enrol/passkey</c>: the passkey, and with it the account and the role. The invitation is used up in
/// the same transaction, or nothing happens.
/// </summary>
[PasskeyPage]
internal sealed class EnrolPasskeyModel(
    EnrolmentDrafts drafts, AdministratorInvitations invitations, CeremonyService ceremonies, PasskeyRegistration passkeys,
    SessionBeginning sessions, IOptions<AdministratorOptions> options) : PageModel
{
    internal StartedCeremony Ceremony { get; private set; } = null!;

    internal CeremonyFailure? Failure { get; private set; }

    private string? Handle => Request.Query["draft"];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
        => await drafts.FindAsync(HttpContext, Handle, ct) is { } draft
            ? await ShowAsync(draft, null, ct)
            : new ErrorPage(EnrolmentProblems.InvitationClosed);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = await CeremonyForm.ReadAsync(Request, ct);
        if (await drafts.FindAsync(HttpContext, Handle, ct) is not { } draft)
        {
            return new ErrorPage(EnrolmentProblems.InvitationClosed);
        }

        var (passkey, failure) = await ceremonies.FinishRegistrationAsync(
            HttpContext, form, RegistrationPurpose.Administrator, Handle!, ct);
        if (passkey is null)
        {
            return await ShowAsync(draft, failure, ct);
        }

        if (await drafts.TakeAsync(HttpContext, Handle, ct) is null)
        {
            return new ErrorPage(EnrolmentProblems.InvitationClosed);
        }

        var (account, _) = await passkeys.CreateAccountAsync(
            passkey, draft.Label, (work, citizen) => invitations.TakeAsync(work, draft.Token, citizen, ct), ct);
        if (account is null)
        {
            return new ErrorPage(EnrolmentProblems.InvitationClosed);
        }

        await sessions.BeginAsync(HttpContext, account, ct);
        return Redirect("/account");
    }

    private async Task<IActionResult> ShowAsync(EnrolmentDraft draft, CeremonyFailure? failure, CancellationToken ct)
    {
        Ceremony = await ceremonies.StartAsync(
            HttpContext,
            new RegistrationWish(RegistrationPurpose.Administrator, Handle!, draft.UserHandle, draft.Label)
            {
                Minimum = options.Value.RequireAttestedAuthenticators ? AuthenticatorClass.Attested : AuthenticatorClass.Any,
            },
            ct);
        Failure = failure;
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        return Page();
    }
}
