namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>Numbers that look random and are the same every time; Steele, Lea and Flood, 2014.</summary>
/// <remarks>Not for secrets. A run that found something is repeated with its seed.</remarks>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    internal ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    internal int Below(int limit) => (int)(Next() % (ulong)limit);

    internal bool OneIn(int number) => Below(number) == 0;

    internal T Any<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}
