using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/passkeys</c>: every passkey, dated and nameable.</summary>
[Authorize]
internal sealed class PasskeysModel(IdpDb db, PasskeyModels models, IStringLocalizerFactory texts, TimeProvider time) : PageModel
{
    private static readonly TimeSpan LongUnused = TimeSpan.FromDays(365);
    private static readonly string[] Results = ["added", "removed", "renamed"];

    internal IReadOnlyList<PasskeyCard> Cards { get; private set; } = [];

    internal Guid Current { get; private set; }

    /// <summary>What was just done, one of three words.</summary>
    internal string? Done => Results.FirstOrDefault(result => Request.Query["done"] == result);

    internal bool IsFull => Cards.Count >= PasskeyRegistration.MostPasskeys;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        Current = session.CredentialId;
        Cards = await PasskeyCards.LoadAsync(db, session.CitizenId, texts, ct);
    }

    internal PasskeyModel Describe(PasskeyCard card) => models.Describe(card.Credential);

    internal bool IsLongUnused(PasskeyCard card)
        => time.GetUtcNow() - (card.Credential.LastUsedAt ?? card.Credential.CreatedAt) > LongUnused;
}
