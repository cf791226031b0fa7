using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/activity</c>: what happened, in plain sentences, newest first.</summary>
[Authorize]
internal sealed class ActivityModel(
    IdpDb db, IStringLocalizerFactory factory, ActivityTexts texts) : PageModel
{
    private const int PageSize = 100;
    private static readonly TimeSpan Taiwan = TimeSpan.FromHours(8);

    /// <summary>By day, the newest first.</summary>
    internal IReadOnlyList<IGrouping<DateOnly, ActivityLine>> Days { get; private set; } = [];

    /// <summary>Where the next page begins; nothing at the end.</summary>
    internal string? Next { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        var citizen = HttpContext.RequireSession().CitizenId;
        var events = db.AuditEvents.AsNoTracking().Where(e => e.CitizenId == citizen);
        if (Cursor.Parse(Request.Query["before"]) is { } cursor)
        {
            events = events.Where(e => e.At < cursor.At || (e.At == cursor.At && e.Id < cursor.Id));
        }

        var rows = await events.OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(PageSize + 1).ToListAsync(ct);
        var passkeys = (await PasskeyCards.LoadAsync(db, citizen, factory, ct)).ToDictionary(c => c.Credential.Id, c => c.Title);
        var lines = new List<ActivityLine>(PageSize);
        foreach (var row in rows.Take(PageSize))
        {
            lines.Add(await texts.LineAsync(row, passkeys, ct));
        }

        Days = [.. lines.GroupBy(line => DateOnly.FromDateTime(line.At.ToOffset(Taiwan).Date))];
        Next = rows.Count > PageSize ? new Cursor(rows[PageSize - 1].At, rows[PageSize - 1].Id).ToString() : null;
    }

    /// <summary>The last line of a page, in an address. Anything that is not exactly one counts as none.</summary>
    private sealed record Cursor(DateTimeOffset At, Guid Id)
    {
        internal static Cursor? Parse(string? text)
            => text?.Split('_') is [var time, var id]
                && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                && ticks <= DateTime.MaxValue.Ticks && Guid.TryParseExact(id, "N", out var guid)
                ? new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), guid)
                : null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}_{Id:N}");
    }
}
