using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>What the page shows.</summary>
/// <param name="Line">What was not the citizen's doing.</param>
/// <param name="Passkey">The passkey it was done with, if it is known and still there.</param>
/// <param name="IsLastPasskey">It is the only one, so that it cannot be removed before there is another.</param>
/// <param name="IsDone">The other sessions have been ended.</param>
internal sealed record NotMeView(ActivityLine Line, PasskeyCard? Passkey, bool IsLastPasskey, bool IsDone);

/// <summary>
/// <c>/account/activity/not-me</c>: 「這不是我」. Ends every session but this one at once, here and at every service, and leads
/// to the removal of the passkey, which asks for another one.
/// </summary>
[Authorize]
internal sealed class NotMeModel(
    IdpDb db, AccountChanges changes, SessionEnding ending, ActivityTexts texts, AuditContextFactory audit, IStringLocalizerFactory factory)
    : PageModel
{
    [FromQuery(Name = "event")]
    public Guid EventId { get; set; }

    internal NotMeView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } happened)
        {
            return new ErrorPage(Problems.NotFound);
        }

        var cards = await PasskeyCards.LoadAsync(db, HttpContext.RequireSession().CitizenId, factory, ct);
        var credential = ActivityTexts.CredentialOf(happened);
        View = new NotMeView(
            await texts.LineAsync(happened, cards.ToDictionary(c => c.Credential.Id, c => c.Title), ct),
            cards.FirstOrDefault(card => card.Credential.Id == credential), cards.Count == 1, Request.Query["done"] == "yes");
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } happened)
        {
            return new ErrorPage(Problems.NotFound);
        }

        var session = HttpContext.RequireSession();
        await changes.RecordAsync(
            new ActivityDisowned(session.CitizenId, session.Sid),
            async work => await work.AppendAsync(AuditEvents.ActivityDisowned(audit.Create(), session, happened), ct) == 1, ct);
        await ending.EndAllAsync(session.CitizenId, session.Sid, SessionEndReason.ReportedByCitizen);
        return Redirect($"/account/activity/not-me?event={EventId}&done=yes");
    }

    /// <summary>The event, if it is this citizen's and somebody did it.</summary>
    private async Task<AuditEvent?> FindAsync(CancellationToken ct)
    {
        var citizen = HttpContext.RequireSession().CitizenId;
        return await db.AuditEvents.AsNoTracking().FirstOrDefaultAsync(e => e.Id == EventId && e.CitizenId == citizen, ct) is { } found
            && ActivityTexts.MayDisown(found)
                ? found
                : null;
    }
}
