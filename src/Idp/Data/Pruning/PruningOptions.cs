using System.ComponentModel.DataAnnotations;

namespace Moi.Identity.Idp.Data.Pruning;

/// <summary>Section <c>Idp:Pruning</c>: the removal of rows that nobody can use any more.</summary>
internal sealed class PruningOptions
{
    internal const string Section = "Idp:Pruning";

    /// <summary>How often one of the servers looks for such rows. Each waits up to half as long again, so that they do not all begin at once.</summary>
    /// <value>Default 1 hour.</value>
    /// <remarks>Rarer makes each time longer. Nothing depends on it but the size of the database.</remarks>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many rows of a table are looked at by one statement.</summary>
    /// <value>Default 500.</value>
    /// <remarks>Larger holds locks longer.</remarks>
    [Range(10, 10_000)]
    public int BatchSize { get; set; } = 500;
}
