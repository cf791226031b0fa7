using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>The counts of edges that the instrumented engine writes, and which of them were seen before.</summary>
/// <remarks>As AFL has it: one byte for each pair of branches, and of a count only its magnitude matters.</remarks>
internal sealed unsafe class EdgeMap
{
    private const int Size = 65536;

    /// <summary>1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more times.</summary>
    private static readonly byte[] Magnitudes = MakeMagnitudes();

    /// <summary>Never freed: instrumented code writes to it whenever it runs.</summary>
    private static readonly byte* Hits = (byte*)NativeMemory.AllocZeroed(Size);

    private readonly byte* _hits = Hits;
    private readonly byte[] _seen = new byte[Size];

    internal EdgeMap() => Trace.SharedMem = _hits;

    /// <summary>How many edges were ever seen.</summary>
    internal int Count { get; private set; }

    internal void Begin()
    {
        new Span<byte>(_hits, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the execution since <see cref="Begin"/> did something that none before did.</summary>
    internal bool Absorb()
    {
        var isNew = false;
        var hits = new ReadOnlySpan<byte>(_hits, Size);
        for (var at = 0; ;)
        {
            var next = hits[at..].IndexOfAnyExcept((byte)0);
            if (next < 0)
            {
                return isNew;
            }

            at += next;
            var magnitude = Magnitudes[hits[at]];
            if ((_seen[at] & magnitude) == 0)
            {
                Count += _seen[at] == 0 ? 1 : 0;
                _seen[at] |= magnitude;
                isNew = true;
            }

            if (++at == Size)
            {
                return isNew;
            }
        }
    }

    private static byte[] MakeMagnitudes()
    {
        var magnitudes = new byte[256];
        for (var count = 1; count < 256; count++)
        {
            magnitudes[count] = count switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
        }

        return magnitudes;
    }
}
