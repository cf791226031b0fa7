namespace Moi.Identity.Fido2;

/// <summary>What a list of related origins must satisfy; §5.11, "Using Web Authentication across related origins".</summary>
internal static class RelatedOriginRules
{
    /// <summary>Browsers must read five distinct labels and may stop there (§5.11.1).</summary>
    private const int MostLabels = 5;

    internal static IEnumerable<string> Mistakes(IReadOnlyCollection<string> origins)
    {
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var origin in origins)
        {
            // SECURITY: https only; whoever sits on the way to an http origin could use the passkeys.
            if (!origin.StartsWith("https://", StringComparison.Ordinal) || RelyingPartyRules.WebOriginHost(origin) is not { } host)
            {
                yield return $"The related origin '{origin}' is not written as a browser writes an https origin (https://host[:port]).";
            }
            else
            {
                labels.Add(Label(host));
            }
        }

        if (labels.Count > MostLabels)
        {
            yield return $"The related origins have {labels.Count} distinct labels ({string.Join(", ", labels)}); browsers read the first {MostLabels} only.";
        }
    }

    /// <summary>The first label of the registrable domain: <c>moi</c> for <c>id.moi.gov.tw</c> and for <c>moi.example</c>.</summary>
    /// <remarks>Without the whole Public Suffix List, a short name below a country counts as a registry, as in <c>co.uk</c>.
    /// A wrong guess counts names of one domain as several, and refuses; below a registry with a longer name, as
    /// <c>asso.fr</c>, it counts several domains as one, and a client then ignores those beyond its five.</remarks>
    private static string Label(string host)
    {
        var parts = host.Split('.');
        if (parts.Length < 3)
        {
            return parts[0];
        }

        var (registry, country) = (parts[^2], parts[^1]);
        var isRegistry = (country.Length == 2 && registry.Length <= 3) || RelyingPartyRules.TaiwanRegistries.Contains($"{registry}.{country}", StringComparer.Ordinal);
        return isRegistry ? parts[^3] : registry;
    }
}
