using System.Reflection;

namespace Moi.Identity.Fido2.Fuzz.Seeding;

/// <summary>Inputs as text, one a line: a name, a space, base64.</summary>
internal static class SeedFile
{
    /// <summary>What the soft authenticator made for a target.</summary>
    internal static IReadOnlyList<(string Name, byte[] Input)> Seeds(FuzzTarget target) => Read($"Seeds/{target.Name}.txt");

    /// <summary>What once broke something; the file is there where something was found.</summary>
    internal static IReadOnlyList<(string Name, byte[] Input)> Findings(FuzzTarget target) => Read($"Findings/{target.Name}.txt");

    internal static string Write(IEnumerable<(string Name, byte[] Input)> inputs)
        => string.Concat(inputs.Select(input => $"{input.Name} {Convert.ToBase64String(input.Input)}\n"));

    private static List<(string Name, byte[] Input)> Read(string resource)
    {
        var inputs = new List<(string, byte[])>();
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource);
        if (stream is not null)
        {
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                inputs.Add((line[..space], Convert.FromBase64String(line[(space + 1)..])));
            }
        }

        return inputs;
    }
}
