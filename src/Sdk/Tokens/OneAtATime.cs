namespace Moi.Identity.Tokens;

/// <summary>Lets one caller at a time through for each name. Names that fall together wait for each other too, which costs time and nothing else.</summary>
internal sealed class OneAtATime : IDisposable
{
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    internal async Task<IDisposable> EnterAsync(string name, CancellationToken ct)
    {
        var gate = _gates[(uint)string.GetHashCode(name, StringComparison.Ordinal) % _gates.Length];
        await gate.WaitAsync(ct).ConfigureAwait(false);
        return new Turn(gate);
    }

    public void Dispose()
    {
        foreach (var gate in _gates)
        {
            gate.Dispose();
        }
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
