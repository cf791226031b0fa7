using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/sessions</c>: where the citizen is signed in, and the way to end it.</summary>
[Authorize]
internal sealed class SessionsModel(
    SessionStore sessions, SessionEnding ending, IConnectedDevices devices, IConnectedServices services,
    AccountChanges changes, SessionCookie cookie, IdpDb db, IStringLocalizerFactory texts) : PageModel
{
    internal IReadOnlyList<Session> Sessions { get; private set; } = [];

    internal IReadOnlyDictionary<Guid, string> Passkeys { get; private set; } = new Dictionary<Guid, string>();

    /// <summary>How many devices without a browser act for the citizen; they have no session.</summary>
    internal int Devices { get; private set; }

    /// <summary>How many services go on from sessions that are over.</summary>
    internal int LeftConnected { get; private set; }

    internal string Current => HttpContext.RequireSession().Sid;

    internal bool IsDone => Request.Query["done"] == "ended";

    public async Task OnGetAsync(CancellationToken ct)
    {
        var citizen = HttpContext.RequireSession().CitizenId;
        Sessions = [.. (await sessions.ListAsync(citizen, ct)).OrderByDescending(s => s.Sid == Current)];
        Devices = (await devices.ListAsync(citizen, ct)).Count;
        LeftConnected = await services.CountLeftConnectedAsync(citizen, [.. Sessions.Select(session => session.Sid)], ct);
        Passkeys = (await PasskeyCards.LoadAsync(db, citizen, texts, ct)).ToDictionary(c => c.Credential.Id, c => c.Title);
    }

    /// <summary>Ends one session of this citizen; somebody else's id is as good as none.</summary>
    public async Task<IActionResult> OnPostEndAsync([FromForm] string? sid, CancellationToken ct)
    {
        var mine = HttpContext.RequireSession();
        if (sid is not null && await sessions.FindBySidAsync(sid, ct) is { } session && session.CitizenId == mine.CitizenId)
        {
            await ending.EndAsync(
                session, sid == mine.Sid ? SessionEndReason.SignedOut : SessionEndReason.RevokedByCitizen, ct);
            if (sid == mine.Sid)
            {
                cookie.Clear(HttpContext);
                return Redirect("/signed-out");
            }
        }

        return Redirect("/account/sessions?done=ended");
    }

    public async Task<IActionResult> OnPostEndOthersAsync()
    {
        var mine = HttpContext.RequireSession();
        await ending.EndAllAsync(mine.CitizenId, mine.Sid, SessionEndReason.RevokedByCitizen);
        await devices.EndAsync(mine, null, CancellationToken.None);
        await changes.RecordAsync(
            new SignedOutElsewhere(mine.CitizenId, mine.Sid), static _ => Task.FromResult(true), CancellationToken.None);
        return Redirect("/account/sessions?done=ended");
    }
}
