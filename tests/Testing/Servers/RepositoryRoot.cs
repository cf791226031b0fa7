namespace Moi.Identity.Testing;

/// <summary>Where this repository stands on this machine.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>Identity.sln</c>, seen from the running tests.</summary>
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The configuration, <c>Debug</c> or <c>Release</c>, that the running tests were built in.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>A file or folder of the repository.</summary>
    public static string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>What a project of the repository was built to, in the configuration of the running tests.</summary>
    /// <param name="project">The project's folder, for instance <c>src/Idp</c>.</param>
    /// <param name="assembly">The assembly's file name.</param>
    public static string Built(string project, string assembly)
    {
        var path = File(project, "bin", Configuration, "net10.0", assembly);
        return System.IO.File.Exists(path)
            ? path
            : throw new FileNotFoundException($"Build {project} in {Configuration} first: {path} is missing.", path);
    }

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "Identity.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Identity.sln above {start}.");
    }
}
