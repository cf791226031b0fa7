using System.Globalization;
using Moi.Identity.Idp.Features.Oidc.Observed;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>What was observed of one client, asked by fact.</summary>
internal sealed class Seen(IEnumerable<Observation> observations)
{
    private readonly ILookup<string, Observation> _byFact = observations.ToLookup(o => o.Fact);

    /// <summary>Whether a value was seen.</summary>
    internal bool Has(string fact, string value) => _byFact[fact].Any(o => o.Value == value);

    /// <summary>Whether anything about the fact was seen.</summary>
    internal bool Any(string fact) => _byFact[fact].Any();

    /// <summary>Each value, how often, and when last: <c>pushed × 12 (2026-11-26)</c>.</summary>
    internal IReadOnlyList<string> Describe(string fact)
        =>
        [
            .. _byFact[fact].OrderByDescending(o => o.Count).Select(o => string.Create(
                CultureInfo.InvariantCulture, $"{o.Value} × {o.Count} ({o.LastSeenAt:yyyy-MM-dd})")),
        ];
}
