using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/passkeys/create</c>: makes a further passkey, with the permit of a fresh assertion.</summary>
[Authorize]
[PasskeyPage]
internal sealed class CreatePasskeyModel(
    RegistrationPermits permits, CeremonyService ceremonies, CredentialTable credentials, PasskeyRegistration passkeys) : PageModel
{
    private const string ConfirmFirst = "/account/passkeys/add";

    internal StartedCeremony Ceremony { get; private set; } = null!;

    internal CeremonyFailure? Failure { get; private set; }

    /// <summary>The page about security keys, which asks the key for its maker's word.</summary>
    internal bool IsSecurityKey => Request.Query["with"] == "security-key";

    internal string OtherPage => "/account/passkeys/create?permit=" + Uri.EscapeDataString(Handle ?? "") + (IsSecurityKey ? "" : "&with=security-key");

    private string? Handle => Request.Query["permit"];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
        => await permits.FindAsync(HttpContext.RequireSession(), Handle, ct) is null
            ? Redirect(ConfirmFirst)
            : await ShowAsync(null, ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var form = await CeremonyForm.ReadAsync(Request, ct);
        if (await permits.FindAsync(session, Handle, ct) is null)
        {
            return Redirect(ConfirmFirst);
        }

        var (passkey, failure) = await ceremonies.FinishRegistrationAsync(
            HttpContext, form, RegistrationPurpose.AddPasskey, Handle!, ct);
        if (passkey is null)
        {
            return await ShowAsync(failure, ct);
        }

        // SECURITY: one confirmation, one passkey.
        if (await permits.TakeAsync(session, Handle, ct) is null)
        {
            return Redirect(ConfirmFirst);
        }

        (var added, failure) = await passkeys.AddAsync(passkey, session, ct);
        return added is null
            ? new ErrorPage(failure!.Problem with { Ways = [new WayOn("Way.AddPasskey", ConfirmFirst), WayOn.Account, WayOn.Help] })
            : Redirect("/account/passkeys?done=added");
    }

    private async Task<IActionResult> ShowAsync(CeremonyFailure? failure, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        if (await credentials.AccountAsync(session.CitizenId, ct) is not { } account)
        {
            return new ErrorPage(Problems.NotAllowed);
        }

        Ceremony = await ceremonies.StartAsync(
            HttpContext,
            new RegistrationWish(RegistrationPurpose.AddPasskey, Handle!, account.UserHandle, session.DisplayLabel)
            {
                CitizenId = session.CitizenId,
                Sid = session.Sid,
                Minimum = account.Minimum,
                IsSecurityKey = IsSecurityKey,
            },
            ct);
        Failure = failure;
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        return Page();
    }
}
