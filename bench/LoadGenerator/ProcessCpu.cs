using System.Globalization;

namespace Moi.Identity.LoadGenerator;

/// <summary>CPU time and memory of processes, from the operating system.</summary>
internal static class ProcessCpu
{
    /// <summary>Linux counts in hundredths of a second.</summary>
    private const double TicksPerSecond = 100;

    internal static TimeSpan Of(int processId) => TimeSpan.FromSeconds(Ticks(processId) / TicksPerSecond);

    /// <summary>A process and its children, ended ones included.</summary>
    internal static TimeSpan OfFamily(int processId)
    {
        var ticks = Ticks(processId, withEndedChildren: true);
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var child)
                && Fields(child) is { } fields && fields[1] == processId.ToString(CultureInfo.InvariantCulture))
            {
                ticks += Ticks(child);
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    internal static long ResidentBytes(int processId) => StatusBytes(processId, "VmRSS:");

    internal static long PeakResidentBytes(int processId) => StatusBytes(processId, "VmHWM:");

    private static long StatusBytes(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    private static long Ticks(int processId, bool withEndedChildren = false)
    {
        if (Fields(processId) is not { } fields)
        {
            return 0;
        }

        // Positions after the name in parentheses: 11 utime, 12 stime, 13 cutime, 14 cstime.
        var last = withEndedChildren ? 14 : 12;
        return Enumerable.Range(11, last - 10).Sum(i => long.Parse(fields[i], CultureInfo.InvariantCulture));
    }

    private static string[]? Fields(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }
}
