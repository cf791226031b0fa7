using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>What the page shows.</summary>
internal sealed record RemovePasskeyView(
    PasskeyCard Card, IReadOnlyList<PasskeyCard> Left, bool IsCurrent, StartedCeremony? Ceremony, CeremonyFailure? Failure);

/// <summary>
/// <c>/account/passkeys/remove</c>: what will be left, and a fresh assertion for this very removal. The ceremony names the
/// passkey to be removed and the session; it serves nothing else.
/// </summary>
[Authorize]
[PasskeyPage]
internal sealed class RemovePasskeyModel(
    IdpDb db, CeremonyService ceremonies, CredentialTable credentials, PasskeyRemoval removal, SessionCookie cookie,
    IStringLocalizerFactory texts) : PageModel
{
    internal RemovePasskeyView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct) => await ShowAsync(id, null, ct);

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var form = await CeremonyForm.ReadAsync(Request, ct);
        var (verified, failure) = await ceremonies.FinishAuthenticationAsync(
            HttpContext, form, AuthenticationPurpose.RemovePasskey, ct);
        if (verified is null)
        {
            return await ShowAsync(id, failure, ct);
        }

        if (verified.Ceremony.Subject != id)
        {
            return await ShowAsync(
                id, ceremonies.Refuse(WebAuthnFailure.Of(WebAuthnError.StateSession, CeremonyKind.Get)), ct);
        }

        if (await FindAsync(id, ct) is not ({ } card, _))
        {
            return new ErrorPage(Problems.NotFound);
        }

        switch (await removal.RemoveAsync(HttpContext, verified, card.Credential, card.Title, ct))
        {
            case RemovalResult.LastPasskey:
                return await ShowAsync(id, new CeremonyFailure(CeremonyProblems.LastPasskey), ct);
            case RemovalResult.Gone:
                return await ShowAsync(
                    id, ceremonies.Refuse(WebAuthnFailure.Of(WebAuthnError.CounterRegression, CeremonyKind.Get)), ct);
        }

        if (session.CredentialId == id && verified.Credential.Id == id)
        {
            // Confirmed with the passkey that is gone: this session was its own.
            cookie.Clear(HttpContext);
            return Redirect("/signed-out");
        }

        return Redirect("/account/passkeys?done=removed");
    }

    private async Task<(PasskeyCard? Card, IReadOnlyList<PasskeyCard> Left)> FindAsync(Guid id, CancellationToken ct)
    {
        var cards = await PasskeyCards.LoadAsync(db, HttpContext.RequireSession().CitizenId, texts, ct);
        return (cards.FirstOrDefault(card => card.Credential.Id == id), [.. cards.Where(card => card.Credential.Id != id)]);
    }

    private async Task<IActionResult> ShowAsync(Guid id, CeremonyFailure? failure, CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        var (card, left) = await FindAsync(id, ct);
        if (card is null)
        {
            // Back after it was removed, or a link from before.
            return Redirect("/account/passkeys");
        }

        if (await credentials.AccountAsync(session.CitizenId, ct) is not { } account)
        {
            return new ErrorPage(Problems.NotFound);
        }

        var ceremony = left.Count == 0 ? null : await ceremonies.StartAsync(
            HttpContext,
            new AuthenticationWish(AuthenticationPurpose.RemovePasskey) { Account = account, Sid = session.Sid, Subject = id },
            ct);
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        View = new RemovePasskeyView(card, left, id == session.CredentialId, ceremony, failure);
        return Page();
    }
}
