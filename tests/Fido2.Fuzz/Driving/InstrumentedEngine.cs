using System.Reflection;
using System.Runtime.Loader;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>This program a second time in the same process, over a copy of the engine that counts its edges.</summary>
/// <remarks>SharpFuzz rewrites a copy of the engine's assembly in a temporary folder; the engine as it is built is never
/// touched. Whatever shares the process goes on with the engine it had.</remarks>
internal sealed class InstrumentedEngine : AssemblyLoadContext
{
    private const string Engine = "Moi.Identity.Fido2";
    private const string Self = "Moi.Identity.Fido2.Fuzz";
    private const string Testing = "Moi.Identity.Testing";

    private readonly Dictionary<string, byte[]> _assemblies = new(StringComparer.Ordinal)
    {
        [Engine] = Rewrite(Engine, _ => true),
        [Testing] = Rewrite(Testing, type => type == typeof(PlantedFault).FullName),
        [Self] = File.ReadAllBytes(PathOf(Self)),
    };

    /// <summary>Calls <see cref="Session"/>.<paramref name="method"/> of the copy.</summary>
    internal string[] Call(string method, params string[] arguments)
        => (string[])LoadFromAssemblyName(new AssemblyName(Self)).GetType(typeof(Session).FullName!)!
            .GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null)!;

    protected override Assembly? Load(AssemblyName assemblyName)
        => assemblyName.Name is { } name && _assemblies.TryGetValue(name, out var assembly) ? LoadFromStream(new MemoryStream(assembly)) : null;

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    private static byte[] Rewrite(string name, Func<string, bool> types)
    {
        var folder = Directory.CreateTempSubdirectory("fuzz-");
        try
        {
            var copy = Path.Combine(folder.FullName, name + ".dll");
            File.Copy(PathOf(name), copy);
            SharpFuzz.Fuzzer.Instrument(copy, types, SharpFuzz.Options.Value);
            return File.ReadAllBytes(copy);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
