using System.Diagnostics;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>An input that a parser must not answer as it does.</summary>
internal sealed record Finding(string Kind, string Detail, byte[] Input)
{
    /// <summary>Longer than that is no parsing any more.</summary>
    private static readonly TimeSpan LongestExecution = TimeSpan.FromSeconds(1);

    /// <summary>A busy machine may stop anybody for a while, but not each time at the same input.</summary>
    private const int Attempts = 4;

    /// <summary>Inputs have a few thousand bytes; the oracles of the targets take their part too.</summary>
    private const long MostBytesAllocated = 8 * 1024 * 1024;

    /// <summary>Runs a target once; again only to see whether it is always slow.</summary>
    /// <returns>Null if all is well.</returns>
    internal static Finding? Of(FuzzTarget target, byte[] input)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (start, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            try
            {
                target.Run(input);
            }
#pragma warning disable CA1031 // Every exception is a finding.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                return new Finding(KindOf(exception), exception.ToString(), input);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (allocated > MostBytesAllocated)
            {
                return new Finding("Memory", $"{allocated} bytes allocated for {input.Length}.", input);
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed <= LongestExecution)
            {
                return null;
            }

            if (attempt == Attempts)
            {
                return new Finding("Time", $"{elapsed} for {input.Length} bytes.", input);
            }
        }
    }

    /// <summary>The exception and where it was thrown, so that one fault is reported once.</summary>
    private static string KindOf(Exception exception)
    {
        if (exception is BrokenInvariantException)
        {
            return exception.Message;
        }

        var line = exception.StackTrace?.Split('\n').FirstOrDefault(frame => frame.Contains("Moi.Identity", StringComparison.Ordinal)) ?? "";
        var end = line.IndexOf('(', StringComparison.Ordinal);
        return $"{exception.GetType().Name} {(end < 0 ? line : line[..end]).Trim()}";
    }
}
