namespace Moi.Identity.Fido2.Signatures;

/// <summary>One imported key that one thread uses at a time.</summary>
/// <remarks>The platform does not promise that <c>ECDsa</c> and <c>RSA</c> objects may be used by two threads. A second
/// thread imports a key of its own for as long as the first one is busy, which is rare: one person's credential.</remarks>
internal sealed class Pooled<T>(Func<T> import)
    where T : class, IDisposable
{
    private T? _idle = import();

    internal T Rent() => Interlocked.Exchange(ref _idle, null) ?? import();

    internal void Return(T key)
    {
        if (Interlocked.CompareExchange(ref _idle, key, null) is not null)
        {
            key.Dispose();
        }
    }
}
