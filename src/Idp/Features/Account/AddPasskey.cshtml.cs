using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>
/// <c>/account/passkeys/add</c>: confirms who is there, for adding a passkey and nothing else. The new passkey is made on
/// the next page, so that no two prompts follow each other.
/// </summary>
[Authorize]
[PasskeyPage]
internal sealed class AddPasskeyModel(
    IdpDb db, CeremonyService ceremonies, CredentialTable credentials, RegistrationPermits permits, AuditContextFactory audit)
    : PageModel
{
    private const string Purpose = "add-passkey";

    internal StartedCeremony? Ceremony { get; private set; }

    internal CeremonyFailure? Failure { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ShowAsync(null, ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var form = await CeremonyForm.ReadAsync(Request, ct);
        var (verified, failure) = await ceremonies.FinishAuthenticationAsync(
            HttpContext, form, AuthenticationPurpose.AddPasskey, ct);
        if (verified is null)
        {
            return await ShowAsync(failure, ct);
        }

        var confirmation = AuditEvents.SessionConfirmed(audit.Create(), session, verified.Credential.Id, Purpose);
        return await credentials.RecordUseAsync(verified, confirmation, ct)
            ? Redirect("/account/passkeys/create?permit=" + await permits.GiveAsync(session, null, "/account/passkeys?done=added", ct))
            : await ShowAsync(ceremonies.Refuse(WebAuthnFailure.Of(WebAuthnError.CounterRegression, CeremonyKind.Get)), ct);
    }

    private async Task<IActionResult> ShowAsync(CeremonyFailure? failure, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        if (await credentials.AccountAsync(session.CitizenId, ct) is not { } account)
        {
            return new ErrorPage(Problems.NotAllowed);
        }

        if (await db.Credentials.CountAsync(c => c.CitizenId == session.CitizenId, ct) >= PasskeyRegistration.MostPasskeys)
        {
            failure = new CeremonyFailure(CeremonyProblems.TooMany);
        }
        else
        {
            Ceremony = await ceremonies.StartAsync(
                HttpContext, new AuthenticationWish(AuthenticationPurpose.AddPasskey) { Account = account, Sid = session.Sid }, ct);
        }

        Failure = failure;
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        return Page();
    }
}
