using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.SignUp;

/// <summary><c>/sign-up/done</c>: where the passkey is, why a second one helps, and on to the agency.</summary>
[Authorize]
internal sealed class DoneModel(SignInRequests requests, IdpDb db, TimeProvider time) : PageModel
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(30);

    internal SignInRequest Journey { get; private set; } = null!;

    /// <summary>The passkey that was just made.</summary>
    internal Credential Passkey { get; private set; } = null!;

    internal string? Provider => ProviderNames.Of(Passkey.Aaguid);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var session = HttpContext.RequireSession();
        var passkey = await db.Credentials.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == session.CredentialId && c.CitizenId == session.CitizenId, ct);
        if (passkey is null)
        {
            return Redirect(LocalPath.Default);
        }

        request.AllowOnward(HttpContext);
        (Journey, Passkey) = (request, passkey);
        return Page();
    }

    /// <summary>"Remind me in 30 days", remembered, and on.</summary>
    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var until = time.GetUtcNow() + Pause;
        await db.Citizens.Where(c => c.Id == session.CitizenId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.NudgeAfter, until), ct);
        return Redirect((await requests.ReadAsync(HttpContext, ct))?.Onward ?? LocalPath.Default);
    }
}
