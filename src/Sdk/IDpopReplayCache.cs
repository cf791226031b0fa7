namespace Moi.Identity;

/// <summary>Remembers the DPoP proofs that an API has accepted, so that each works once (RFC 9449 §11.1).</summary>
/// <remarks>
/// Used by <c>AddMoiIdentityApi</c>: in Redis when <see cref="MoiIdentityApiOptions.Redis"/> is set, else in the process. Register another
/// one before or after to keep them elsewhere. When it throws, the call is answered with 503 and nobody is let in.
/// </remarks>
public interface IDpopReplayCache
{
    /// <summary>Takes a proof, atomically on all instances.</summary>
    /// <param name="proof">The proof's name: 43 characters of base64url.</param>
    /// <param name="until">From this moment on the proof is too old anyway and may be forgotten.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <returns>Whether it was taken for the first time.</returns>
    ValueTask<bool> TryAddAsync(string proof, DateTimeOffset until, CancellationToken ct);
}
