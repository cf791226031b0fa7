using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>How well the account would survive the loss of a device.</summary>
internal enum Safety
{
    /// <summary>Something is wrong with the model of a passkey; the page says what above.</summary>
    Attention,

    /// <summary>One passkey that is on one device only.</summary>
    Low,

    /// <summary>One passkey that is synced.</summary>
    Medium,

    /// <summary>Two or more passkeys.</summary>
    High,
}

/// <summary>What the page shows.</summary>
internal sealed record AccountView(
    Session Session, IReadOnlyList<PasskeyCard> Passkeys, int Sessions, int Services, DateTimeOffset? LastSignIn,
    string LastSignInOn, DateTimeOffset? RefusedAt, bool Nudges)
{
    internal bool HasAlarmingModel => Passkeys.Any(p => PasskeyModels.IsAlarming(p.Credential));

    internal Safety Safety => HasAlarmingModel ? Safety.Attention
        : Passkeys.Count > 1 ? Safety.High
        : Passkeys.Any(p => p.Credential.BackupEligible) ? Safety.Medium
        : Safety.Low;
}

/// <summary><c>/account</c>: is the account safe, and will its owner get in tomorrow?</summary>
[Authorize]
internal sealed class IndexModel(
    IdpDb db, SessionStore sessions, IConnectedServices services, IStringLocalizerFactory texts,
    TimeProvider time) : PageModel
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(30);

    internal AccountView View { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var now = time.GetUtcNow();
        var citizen = await db.Citizens.AsNoTracking().SingleAsync(c => c.Id == session.CitizenId, ct);
        var passkeys = await PasskeyCards.LoadAsync(db, session.CitizenId, texts, ct);
        var recent = now - Pause;
        var refused = await db.AuditEvents.AsNoTracking()
            .Where(e => e.CitizenId == session.CitizenId && e.Name == "passkey.refused" && e.At > recent)
            .OrderByDescending(e => e.At).Select(e => (DateTimeOffset?)e.At).FirstOrDefaultAsync(ct);

        // The newest sign-in is the one being looked from.
        var before = await db.AuditEvents.AsNoTracking()
            .Where(e => e.CitizenId == session.CitizenId && e.Name == "session.started")
            .OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Skip(1).FirstOrDefaultAsync(ct);
        View = new AccountView(
            session,
            passkeys,
            (await sessions.ListAsync(session.CitizenId, ct)).Count,
            (await services.ListAsync(session.CitizenId, ct)).Count,
            before?.At,
            before?.Device ?? "",
            refused,
            passkeys.Count == 1 && (citizen.NudgeAfter is not { } after || after < now));
    }

    /// <summary>"Remind me in 30 days."</summary>
    public async Task<IActionResult> OnPostLaterAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var until = time.GetUtcNow() + Pause;
        await db.Citizens.Where(c => c.Id == session.CitizenId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.NudgeAfter, until), ct);
        return Redirect("/account");
    }
}
