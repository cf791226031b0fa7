namespace Moi.Identity.Fido2;

/// <summary>Keeps imported public keys, because importing one costs twice as much as verifying with it.</summary>
/// <remarks>Bounded and thread-safe. Keys are found by their whole COSE bytes, so a record whose key changed never
/// meets an old entry. One instance for the process.</remarks>
public sealed class PublicKeyCache
{
    /// <summary>Makes a cache.</summary>
    /// <param name="capacity">How many keys are kept at most; 0 keeps none. One takes 1 to 3 KB.</param>
    public PublicKeyCache(int capacity = 50_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
    }

    /// <summary>How many keys are kept at most.</summary>
    /// <value>Default 50,000.</value>
    public int Capacity { get; }
}
