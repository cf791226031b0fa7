using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignUp;

/// <summary>What the page shows.</summary>
internal sealed record PasskeyView(SignUpDraft Draft, SignInRequest Request, StartedCeremony Ceremony, CeremonyFailure? Failure);

/// <summary><c>/sign-up/passkey</c>: the first passkey, and with it the account.</summary>
[PasskeyPage]
internal sealed class PasskeyModel(
    SignUpDrafts drafts, SignInRequests requests, CeremonyService ceremonies, PasskeyRegistration passkeys,
    SessionBeginning sessions, SignInCompletion completion) : PageModel
{
    private const string DraftParameter = "draft";

    internal PasskeyView View { get; private set; } = null!;

    internal string? Handle => Request.Query[DraftParameter];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
        => await drafts.FindAsync(HttpContext, Handle, ct) is { } draft
            ? await ShowAsync(draft, null, ct)
            : Over();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = await CeremonyForm.ReadAsync(Request, ct);
        if (await drafts.FindAsync(HttpContext, Handle, ct) is not { } draft)
        {
            return new ErrorPage(SignUpProblems.DraftExpired);
        }

        var (passkey, failure) = await ceremonies.FinishRegistrationAsync(
            HttpContext, form, RegistrationPurpose.SignUp, Handle!, ct);
        if (passkey is null)
        {
            return await ShowAsync(draft, failure, ct);
        }

        // Only now: until the passkey was verified, the draft stays good for another try.
        if (await drafts.TakeAsync(HttpContext, Handle, ct) is null)
        {
            return new ErrorPage(SignUpProblems.DraftExpired);
        }

        (var account, failure) = await passkeys.CreateAccountAsync(passkey, draft.Label, null, ct);
        if (account is null)
        {
            return new ErrorPage(failure!.Problem with { Ways = SignUpProblems.DraftExpired.Ways });
        }

        var session = await sessions.BeginAsync(HttpContext, account, ct);
        if (await requests.ReadAsync(HttpContext, draft.Transaction, draft.ReturnPath, ct) is not { } request)
        {
            return Redirect("/sign-up/done");
        }

        await completion.SetOutcomeAsync(HttpContext, request, session, ct);
        return Redirect("/sign-up/done" + request.Query);
    }

    /// <summary>
    /// The draft is not there. Whoever made an account of it and came back goes on where that ended; a passkey that was made just
    /// now for a draft that is over is told as what it is.
    /// </summary>
    private IActionResult Over()
        => HttpContext.GetSession() is null ? new ErrorPage(SignUpProblems.DraftExpired)
            : Redirect("/sign-up/done" + QueryString.Create(Request.Query.Where(q => q.Key != DraftParameter)));

    private async Task<IActionResult> ShowAsync(SignUpDraft draft, CeremonyFailure? failure, CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, draft.Transaction, draft.ReturnPath, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var started = await ceremonies.StartAsync(
            HttpContext, new RegistrationWish(RegistrationPurpose.SignUp, Handle!, draft.UserHandle, draft.Label), ct);
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        View = new PasskeyView(draft, request, started, failure);
        return Page();
    }
}
