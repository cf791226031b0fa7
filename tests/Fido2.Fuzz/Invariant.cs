namespace Moi.Identity.Fido2.Fuzz;

/// <summary>A parser did what it must not do with any input.</summary>
internal sealed class BrokenInvariantException(string what) : Exception(what);

/// <summary>What must hold.</summary>
internal static class Invariant
{
    internal static void Holds(bool condition, string what)
    {
        if (!condition)
        {
            throw new BrokenInvariantException(what);
        }
    }

    internal static void Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, string what) => Holds(left.SequenceEqual(right), what);

    /// <summary>A parser that reads to the last byte accepts an input neither with a byte more nor with one less.</summary>
    internal static void IsWhole(byte[] accepted, Func<byte[], bool> parse)
    {
        Holds(parse(accepted), "The same bytes are accepted once and refused once.");
        Holds(!parse([.. accepted, 0]), "A byte after the end is ignored.");
        Holds(!parse(accepted[..^1]), "The last byte is not needed.");
    }

    /// <summary>What goes into a log must stay one line of it (CVE-2023-6484).</summary>
    internal static void IsOneLine(string text) => Holds(!text.Any(char.IsControl), "A line for the log has control characters.");
}
