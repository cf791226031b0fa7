namespace Moi.Identity.LoadGenerator;

/// <summary>One measurement of one operation.</summary>
/// <param name="Wall">How long it took.</param>
/// <param name="Latencies">Of each single operation.</param>
/// <param name="Before">What the servers had used when it began.</param>
/// <param name="After">What they had used when it ended.</param>
/// <param name="Yardstick">Microseconds of one ES256 verification, right after it.</param>
internal sealed record Round(TimeSpan Wall, List<TimeSpan> Latencies, Usage Before, Usage After, double Yardstick)
{
    /// <summary>CPU milliseconds of all servers for one operation.</summary>
    internal double Cpu => (After.AllCpu - Before.AllCpu).TotalMilliseconds / Latencies.Count;
}
