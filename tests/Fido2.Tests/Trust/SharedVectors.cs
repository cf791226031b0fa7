using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>Recorded files beside the checkout, which are read where they are and never copied.</summary>
internal static class SharedVectors
{
    /// <summary>The bytes of a file; null where there is no such folder.</summary>
    internal static byte[]? TryRead(string path)
    {
        var shared = Path.GetFullPath(Path.Combine(RepositoryRoot.Path, "..", "shared", "vectors"));
        return Directory.Exists(shared) ? File.ReadAllBytes(Path.Combine(shared, path)) : null;
    }
}
