using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/passkeys</c>: every passkey, dated and nameable.</summary>
[Authorize]
internal sealed class PasskeysModel(IdpDb db, IStringLocalizerFactory texts, IOptions<IdpOptions> options, TimeProvider time)
    : PageModel
{
    private static readonly TimeSpan LongUnused = TimeSpan.FromDays(365);
    private static readonly string[] Results = ["added", "removed", "renamed"];

    internal IReadOnlyList<PasskeyCard> Cards { get; private set; } = [];

    internal Guid Current { get; private set; }

    internal string? Signal { get; private set; }

    /// <summary>What was just done, one of three words.</summary>
    internal string? Done => Results.FirstOrDefault(result => Request.Query["done"] == result);

    internal bool IsFull => Cards.Count >= PasskeyRegistration.MostPasskeys;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var session = HttpContext.RequireSession();
        Current = session.CredentialId;
        Cards = await PasskeyCards.LoadAsync(db, session.CitizenId, texts, ct);
        var handle = await db.Citizens.Where(c => c.Id == session.CitizenId).Select(c => c.UserHandle).SingleAsync(ct);
        Signal = PasskeySignals.All(options.Value.RpId, handle, [.. Cards.Select(card => card.Credential.CredentialId)]);
    }

    internal bool IsLongUnused(PasskeyCard card)
        => time.GetUtcNow() - (card.Credential.LastUsedAt ?? card.Credential.CreatedAt) > LongUnused;
}
