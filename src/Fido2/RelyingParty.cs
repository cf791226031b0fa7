using System.Security.Cryptography;
using System.Text;

namespace Moi.Identity.Fido2;

/// <summary>The WebAuthn relying party: who we are and from where ceremonies may come. Immutable.</summary>
/// <remarks>
/// Origins are compared exactly, character by character; there are no patterns (§13.5.9).
/// <list type="table">
/// <listheader><term>with the origin <c>https://idp.example</c> listed</term><description>outcome</description></listheader>
/// <item><term><c>https://idp.example</c></term><description>accepted</description></item>
/// <item><term><c>https://idp.example:8443</c></term><description>refused: another port</description></item>
/// <item><term><c>http://idp.example</c></term><description>refused: another scheme</description></item>
/// <item><term><c>https://evil.idp.example</c></term><description>refused: another host</description></item>
/// <item><term><c>https://IDP.example</c></term><description>refused: no browser writes it so</description></item>
/// <item><term><c>https://idp.example/</c></term><description>refused: an origin has no path</description></item>
/// </list>
/// </remarks>
public sealed class RelyingParty
{
    private readonly byte[][] _origins;
    private readonly byte[][] _topOrigins;

    /// <summary>Makes a relying party, or refuses with every mistake in one message.</summary>
    /// <param name="id">The RP ID: a domain name in lower-case ASCII.</param>
    /// <param name="name">The name people read in the browser's prompt.</param>
    /// <param name="origins">The exact origins whose ceremonies are accepted, such as <c>https://idp.example</c> or
    /// <c>android:apk-key-hash:…</c>.</param>
    /// <param name="allowCrossOrigin">Accept ceremonies inside frames that are cross-origin with their ancestors.</param>
    /// <param name="topOrigins">The exact origins that may frame us, if <paramref name="allowCrossOrigin"/>.</param>
    /// <param name="relatedOrigins">The exact https origins outside the RP ID's domain whose ceremonies are accepted too (§5.11);
    /// the caller publishes them at <c>/.well-known/webauthn</c>.</param>
    /// <exception cref="ArgumentException">Something in it can never work or would not be safe; see <see cref="Validate"/>.</exception>
    public RelyingParty(
        string id,
        string name,
        IEnumerable<string> origins,
        bool allowCrossOrigin = false,
        IEnumerable<string>? topOrigins = null,
        IEnumerable<string>? relatedOrigins = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(origins);
        string[] exact = [.. origins];
        string[] top = [.. topOrigins ?? []];
        string[] related = [.. relatedOrigins ?? []];
        var mistakes = Validate(id, name, exact, allowCrossOrigin, top, related);
        if (mistakes.Count > 0)
        {
            throw new ArgumentException("The relying party is not valid. " + string.Join(" ", mistakes), nameof(origins));
        }

        (Id, Name, Origins, AllowCrossOrigin, TopOrigins, RelatedOrigins) = (id, name, exact, allowCrossOrigin, top, related);
        _origins = [.. exact.Concat(related).Select(Encoding.UTF8.GetBytes)];
        _topOrigins = [.. top.Select(Encoding.UTF8.GetBytes)];
        IdHash = SHA256.HashData(Encoding.ASCII.GetBytes(id));
    }

    /// <summary>The RP ID, a domain name.</summary>
    public string Id { get; }

    /// <summary>The name people read.</summary>
    public string Name { get; }

    /// <summary>The exact origins whose ceremonies are accepted.</summary>
    public IReadOnlyList<string> Origins { get; }

    /// <summary>Whether ceremonies inside cross-origin frames are accepted.</summary>
    /// <value>Default false.</value>
    public bool AllowCrossOrigin { get; }

    /// <summary>The exact origins that may frame us.</summary>
    public IReadOnlyList<string> TopOrigins { get; }

    /// <summary>The exact origins outside the RP ID's domain whose ceremonies are accepted too.</summary>
    public IReadOnlyList<string> RelatedOrigins { get; }

    /// <summary>SHA-256 of the RP ID.</summary>
    internal ReadOnlyMemory<byte> IdHash { get; }

    /// <summary>What is wrong with a configuration, one sentence a mistake; empty if nothing is.</summary>
    /// <param name="id">The RP ID.</param>
    /// <param name="name">The name people read.</param>
    /// <param name="origins">The exact origins.</param>
    /// <param name="allowCrossOrigin">Whether cross-origin frames are accepted.</param>
    /// <param name="topOrigins">The exact origins that may frame us.</param>
    /// <param name="relatedOrigins">The exact origins outside the RP ID's domain.</param>
    public static IReadOnlyList<string> Validate(
        string id,
        string name,
        IReadOnlyCollection<string> origins,
        bool allowCrossOrigin,
        IReadOnlyCollection<string> topOrigins,
        IReadOnlyCollection<string>? relatedOrigins = null)
        => [.. RelyingPartyRules.Mistakes(id, name, origins, allowCrossOrigin, topOrigins), .. RelatedOriginRules.Mistakes(relatedOrigins ?? [])];

    internal bool HasOrigin(ReadOnlySpan<byte> utf8) => Contains(_origins, utf8);

    internal bool HasTopOrigin(ReadOnlySpan<byte> utf8) => Contains(_topOrigins, utf8);

    private static bool Contains(byte[][] origins, ReadOnlySpan<byte> utf8)
    {
        foreach (var origin in origins)
        {
            if (utf8.SequenceEqual(origin))
            {
                return true;
            }
        }

        return false;
    }
}
