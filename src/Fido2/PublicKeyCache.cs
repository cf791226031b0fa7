using System.Collections.Concurrent;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2;

/// <summary>Keeps imported public keys, because importing one costs twice as much as verifying with it.</summary>
/// <remarks>Bounded and thread-safe. Keys are found by their whole COSE bytes, so a record whose key changed never
/// meets an old entry. One instance for the process.</remarks>
public sealed class PublicKeyCache
{
    private readonly Lock _turning = new();
    private readonly int _generationSize;
    private volatile ConcurrentDictionary<ReadOnlyMemory<byte>, VerificationKey> _young = new(ByContent.Instance);
    private volatile ConcurrentDictionary<ReadOnlyMemory<byte>, VerificationKey> _old = new(ByContent.Instance);
    private int _youngCount;

    /// <summary>Makes a cache.</summary>
    /// <param name="capacity">How many keys are kept at most; 0 keeps none. One takes 1 to 3 KB.</param>
    public PublicKeyCache(int capacity = 50_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
        _generationSize = capacity / 2;
    }

    /// <summary>How many keys are kept at most, give or take one for each thread.</summary>
    /// <value>Default 50,000.</value>
    public int Capacity { get; }

    /// <summary>How many keys are kept now.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The key of a stored COSE_Key, imported now or before; refuses a bad one.</summary>
    internal VerificationKey Get(ReadOnlyMemory<byte> coseKey)
    {
        if (_young.TryGetValue(coseKey, out var key))
        {
            return key;
        }

        if (!_old.TryGetValue(coseKey, out key))
        {
            // Stored keys may come from another server: the order of their members is free.
            key = VerificationKey.Create(CoseKey.Parse(coseKey.Span, canonical: false));
        }

        Keep(coseKey, key);
        return key;
    }

    /// <summary>Two generations: what is not used while one fills up is forgotten when it is full.</summary>
    private void Keep(ReadOnlyMemory<byte> coseKey, VerificationKey key)
    {
        // A copy, so that the caller may reuse its buffer.
        if (_generationSize == 0 || !_young.TryAdd(coseKey.ToArray(), key) || Interlocked.Increment(ref _youngCount) < _generationSize)
        {
            return;
        }

        lock (_turning)
        {
            if (_youngCount >= _generationSize)
            {
                _old = _young;
                _young = new ConcurrentDictionary<ReadOnlyMemory<byte>, VerificationKey>(ByContent.Instance);
                _youngCount = 0;
            }
        }
    }

    private sealed class ByContent : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        internal static readonly ByContent Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
