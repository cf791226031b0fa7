using Moi.Identity.Testing;

namespace Moi.Identity.Browser.Tests;

/// <summary>An identity provider and an agency that citizens can visit.</summary>
public interface ISite
{
    /// <summary>The identity provider's origin.</summary>
    string Idp { get; }

    /// <summary>The sample agency's origin.</summary>
    string Agency { get; }
}

/// <summary>The registration that the sample brings along, for an agency at another address.</summary>
internal static class SampleAgency
{
    internal static async Task RegisterAsync(IdpProcess idp, string origin, string folder)
    {
        var registration = await File.ReadAllTextAsync(RepositoryRoot.File("samples/HelloAgency/client.json"));
        var moved = Path.Combine(folder, "client.json");
        await File.WriteAllTextAsync(
            moved, registration.Replace("http://hello.localhost:5090", origin, StringComparison.Ordinal));
        var (exitCode, output) = await idp.RunAsync("clients", "apply", moved);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"The sample agency could not be registered:\n{output}");
        }
    }
}
