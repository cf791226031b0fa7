using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>Searches one target: keeps each input that reaches something new, and changes those it kept.</summary>
internal sealed class FuzzRun(FuzzTarget target, EdgeMap edges, ulong seed)
{
    private const int ChangesAtOnce = 256;
    private const int LittleChanges = 5;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly SplitMix64 _random = new(seed);
    private readonly IReadOnlyList<byte[]> _constants = CodeConstants.Of(target.Parsers);
    private readonly List<Entry> _corpus = [];
    private readonly Dictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Told of each input that is kept.</summary>
    internal Action<byte[]> Kept { get; init; } = static _ => { };

    /// <summary>Told of each finding that is not like one before.</summary>
    internal Action<Finding> Found { get; init; } = static _ => { };

    /// <summary>Told of each input before it runs, so that one that ends the process is known.</summary>
    internal Action<byte[]> Running { get; init; } = static _ => { };

    internal long Executions { get; private set; }

    internal int CorpusSize => _corpus.Count;

    internal IReadOnlyCollection<Finding> Findings => _findings.Values;

    /// <summary>Runs inputs as they are; those that reach something new are the corpus to begin with.</summary>
    internal void Load(IEnumerable<byte[]> inputs)
    {
        foreach (var input in inputs.OrderBy(input => input.Length))
        {
            // The first time also runs static constructors, which are no merit of the input.
            Execute(input, mayKeep: false);
            Execute(input, mayKeep: true);
        }

        if (_corpus.Count == 0)
        {
            _corpus.Add(new Entry([0]));
        }
    }

    /// <summary>Searches until the time is over.</summary>
    internal void Search(TimeSpan duration, Func<bool>? isEnough = null)
    {
        var mutator = new Mutator(_random, [.. target.Words, .. _constants], target.LongestInput);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration && isEnough?.Invoke() != true)
        {
            var entry = Choose();
            if (entry.Picks++ == 0)
            {
                ChangeEachByte(entry.Input);
            }

            for (var i = 0; i < ChangesAtOnce; i++)
            {
                Execute(mutator.Change(entry.Input, _random.Any(_corpus).Input), mayKeep: true);
            }
        }
    }

    /// <summary>Of a few, the one that was changed least often, and of those the shortest.</summary>
    private Entry Choose()
    {
        var best = _random.Any(_corpus);
        for (var i = 0; i < 3; i++)
        {
            var other = _random.Any(_corpus);
            if (other.Picks < best.Picks || (other.Picks == best.Picks && other.Input.Length < best.Input.Length))
            {
                best = other;
            }
        }

        return best;
    }

    /// <summary>The systematic part, once for each input: every byte a little other, and every number of the code at every place;
    /// a sample of it where that is too much.</summary>
    private void ChangeEachByte(byte[] input)
    {
        var most = 2 * target.QuickChanges;
        var everything = input.Length * (LittleChanges + _constants.Count);
        for (var i = 0; i < Math.Min(everything, most); i++)
        {
            var (at, kind) = Math.DivRem(everything <= most ? i : _random.Below(everything), LittleChanges + _constants.Count);
            byte[] piece = kind switch
            {
                0 => [(byte)(input[at] + 1)],
                1 => [(byte)(input[at] - 1)],
                2 => [(byte)(input[at] ^ 0x80)],
                3 => [0],
                4 => [0xFF],
                _ => _constants[kind - LittleChanges],
            };
            if (at + piece.Length <= input.Length)
            {
                Execute([.. input[..at], .. piece, .. input[(at + piece.Length)..]], mayKeep: true);
            }
        }
    }

    private void Execute(byte[] input, bool mayKeep)
    {
        Running(input);
        Executions++;
        edges.Begin();
        if (Finding.Of(target, input) is { } finding)
        {
            if (_findings.TryAdd(finding.Kind, finding))
            {
                var when = string.Create(CultureInfo.InvariantCulture, $"Execution {Executions} of the run, {Stopwatch.GetElapsedTime(_start).TotalSeconds:F1} s after its start.");
                Found(finding with { Detail = $"{when}\n{finding.Detail}" });
            }

            return;
        }

        if (mayKeep && edges.Absorb() && _known.Add(Convert.ToHexString(SHA256.HashData(input))))
        {
            _corpus.Add(new Entry(input));
            Kept(input);
        }
    }

    private sealed class Entry(byte[] input)
    {
        internal byte[] Input => input;

        internal int Picks { get; set; }
    }
}
