namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>Recorded files beside the checkout, which are read where they are and never copied.</summary>
internal static class SharedVectors
{
    /// <summary>The bytes of a file; null where there is no such folder.</summary>
    internal static byte[]? TryRead(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Identity.sln")))
            {
                var shared = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "vectors"));
                return Directory.Exists(shared) ? File.ReadAllBytes(Path.Combine(shared, path)) : null;
            }
        }

        return null;
    }
}
