using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/passkeys/rename</c>: one field.</summary>
[Authorize]
internal sealed class RenamePasskeyModel(
    IdpDb db, IStringLocalizerFactory factory, IStringLocalizer<RenamePasskeyModel> texts, AuditContextFactory audit) : PageModel
{
    internal const string NameField = "name";

    private const int LongestName = 40;

    internal PasskeyCard Card { get; private set; } = null!;

    /// <summary>What stands in the field.</summary>
    internal string Name { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (Find(await LoadAsync(ct), id) is not { } card)
        {
            return Redirect("/account/passkeys");
        }

        (Card, Name) = (card, card.Credential.Name);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var cards = await LoadAsync(ct);
        if (Find(cards, id) is not { } card)
        {
            return new ErrorPage(Problems.NotFound);
        }

        var form = await Request.ReadFormAsync(ct);
        var (name, mistake) = TypedName.Read(form[NameField], LongestName);
        var isTaken = cards.Any(other => other != card && other.Title == name);
        if (mistake != NameMistake.None || isTaken)
        {
            (Card, Name) = (card, name);
            ModelState.AddModelError(NameField, texts["Mistake." + (isTaken ? "Taken" : mistake)]);
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Credentials.Where(c => c.Id == id && c.CitizenId == session.CitizenId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Name, name), ct);
        db.AuditEvents.Add(AuditEvents.PasskeyRenamed(audit.Create(), session, id));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Redirect("/account/passkeys?done=renamed");
    }

    private static PasskeyCard? Find(IReadOnlyList<PasskeyCard> cards, Guid id)
        => cards.FirstOrDefault(card => card.Credential.Id == id);

    private Task<IReadOnlyList<PasskeyCard>> LoadAsync(CancellationToken ct)
        => PasskeyCards.LoadAsync(db, HttpContext.RequireSession().CitizenId, factory, ct);
}
