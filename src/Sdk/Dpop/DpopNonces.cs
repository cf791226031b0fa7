using System.Collections.Concurrent;

namespace Moi.Identity.Dpop;

/// <summary>RFC 9449 §8.2: the newest nonce of each server. "The nonce … is to be used for the server it came from": one an origin.</summary>
internal sealed class DpopNonces
{
    internal const string HeaderName = "DPoP-Nonce";

    /// <summary>An application talks to a handful of servers; one that talks to anybody must not grow without end.</summary>
    private const int Most = 1000;
    private const int Longest = 1024;

    private readonly ConcurrentDictionary<string, string> _newest = new(StringComparer.OrdinalIgnoreCase);

    internal string? For(Uri address) => _newest.GetValueOrDefault(Origin(address));

    /// <summary>Keeps the nonce of a response, whatever its status ("DPoP-Nonce" may come with any).</summary>
    /// <returns>Whether there was one.</returns>
    internal bool Keep(Uri address, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues(HeaderName, out var values)
            || values.ToArray() is not [{ Length: > 0 and <= Longest } nonce])
        {
            return false;
        }

        if (_newest.Count >= Most)
        {
            _newest.Clear();
        }

        _newest[Origin(address)] = nonce;
        return true;
    }

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
