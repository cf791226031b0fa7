using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary><c>/sign-in/this-device</c>: after a sign-in by phone or security key, offers a passkey on this device. Never in the way.</summary>
[Authorize]
[PasskeyPage]
internal sealed class ThisDeviceModel(
    SignInRequests requests, RegistrationPermits permits, CeremonyService ceremonies, CredentialTable credentials,
    PasskeyRegistration passkeys, SharedComputer shared, LastWay lastWay, IdpDb db, TimeProvider time) : PageModel
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(30);

    internal SignInView View { get; private set; } = null!;

    private string? Handle => Request.Query["permit"];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        if (await permits.FindAsync(session, Handle, ct) is not { } permit)
        {
            return Redirect(LocalPath.Default);
        }

        if (await requests.ReadAsync(HttpContext, permit.Transaction, permit.ReturnPath, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var now = time.GetUtcNow();
        return await db.Citizens.AnyAsync(c => c.Id == session.CitizenId && c.NudgeAfter > now, ct)
            ? Redirect(request.Onward)
            : await ShowAsync(session, request, null, ct);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var form = await CeremonyForm.ReadAsync(HttpContext.Request, ct);
        var permit = await permits.FindAsync(session, Handle, ct);
        var request = permit is null ? null : await requests.ReadAsync(HttpContext, permit.Transaction, permit.ReturnPath, ct);
        if (request is null)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var (passkey, failure) = await ceremonies.FinishRegistrationAsync(
            HttpContext, form, RegistrationPurpose.AddPasskey, Handle!, ct);
        if (passkey is not null)
        {
            if (await permits.TakeAsync(session, Handle, ct) is null)
            {
                return Redirect(request.Onward);
            }

            (var added, failure) = await passkeys.AddAsync(passkey, session, ct);
            if (added is not null)
            {
                lastWay.Remember(HttpContext, "platform", []);
                return Redirect(request.Onward);
            }
        }

        return await ShowAsync(session, request, failure, ct);
    }

    public async Task<IActionResult> OnPostLaterAsync(bool isShared, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var permit = await permits.TakeAsync(session, Handle, ct);
        if (isShared)
        {
            shared.Mark(HttpContext);
        }
        else
        {
            var until = time.GetUtcNow() + Pause;
            await db.Citizens.Where(c => c.Id == session.CitizenId)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.NudgeAfter, until), ct);
        }

        var request = permit is null ? null : await requests.ReadAsync(HttpContext, permit.Transaction, permit.ReturnPath, ct);
        return Redirect(request?.Onward ?? LocalPath.Default);
    }

    private async Task<IActionResult> ShowAsync(
        Session session, SignInRequest request, CeremonyFailure? failure, CancellationToken ct)
    {
        if (await credentials.AccountAsync(session.CitizenId, ct) is not { } account)
        {
            return Redirect(LocalPath.Default);
        }

        var started = await ceremonies.StartAsync(
            HttpContext,
            new RegistrationWish(RegistrationPurpose.AddPasskey, Handle!, account.UserHandle, session.DisplayLabel)
            {
                Minimum = account.Minimum,
                CitizenId = session.CitizenId,
                Sid = session.Sid,
            },
            ct);
        request.AllowOnward(HttpContext);
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        View = new SignInView(request, started, failure);
        return Page();
    }
}
