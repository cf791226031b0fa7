using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Moi.Identity.Keys;

/// <summary>
/// The private keys in one folder: every <c>*.pem</c> file of it; the last by name signs. The first is made when the folder has none.
/// Instances share the folder, and a key added by another instance is found when the folder is listed again.
/// </summary>
internal abstract partial class PemKeys(string folder, TimeProvider time, ILogger logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientKey> _known = new(StringComparer.Ordinal);
    private IReadOnlyList<ClientKey> _keys = [];

    internal string Folder { get; } = folder;

    /// <summary>The key that signs: the newest.</summary>
    internal ClientKey Signing => All[^1];

    /// <summary>Every key, oldest first, as the folder was when it was listed last.</summary>
    protected IReadOnlyList<ClientKey> All => _keys is { Count: > 0 } keys ? keys : Reload();

    /// <summary>Lists the folder, makes the first key when there is none, and gives every key, oldest first.</summary>
    /// <exception cref="InvalidOperationException">MOI020, MOI021 or MOI022: the folder or a file in it cannot be used.</exception>
    internal IReadOnlyList<ClientKey> Reload()
    {
        lock (_gate)
        {
            try
            {
                PrepareFolder();
                var files = Files();
                if (files.Length == 0)
                {
                    CreateFirst();
                    files = Files();
                }

                _keys = [.. files.Select(Read)];
                return _keys;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new InvalidOperationException(
                    $"MOI020: the folder of MoiIdentity:Keys, {Folder}, cannot be read or written: {failure.Message}", failure);
            }
        }
    }

    private string[] Files()
    {
        var files = Directory.GetFiles(Folder, "*.pem");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private void PrepareFolder()
    {
        if (Directory.Exists(Folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private void CreateFirst()
    {
        // One instance makes the key while the others wait at the lock; they then find it.
        using var turn = TakeTurn();
        if (Files().Length > 0)
        {
            return;
        }

        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var target = Path.Combine(Folder, name + ".pem");
        var draft = Path.Combine(Folder, name + ".new");
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = OwnerOnly;
        }

        // Written whole, then named: another instance never reads half a key.
        using (var writer = new StreamWriter(draft, creation))
        {
            writer.WriteLine(pair.ExportPkcs8PrivateKeyPem());
        }

        File.Move(draft, target);
        LogCreated(logger, target);
    }

    private FileStream TakeTurn()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>SECURITY: whoever reads such a file can act as this agency.</summary>
    internal static void RequireOwnerOnly(string file, string code, string setting)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
        {
            throw new InvalidOperationException(
                $"{code}: the private key {file} ({setting}) is open to other users of this machine. Run: chmod 600 '{file}'");
        }
    }

    private ClientKey Read(string file)
    {
        RequireOwnerOnly(file, "MOI021", "MoiIdentity:Keys");
        if (_known.TryGetValue(file, out var known))
        {
            return known;
        }

        var pair = ECDsa.Create();
        try
        {
            pair.ImportFromPem(File.ReadAllText(file));
            if (pair.KeySize != 256)
            {
                throw new CryptographicException("the curve is not P-256");
            }

            return _known[file] = new ClientKey(pair);
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            pair.Dispose();
            throw new InvalidOperationException(
                $"MOI022: {file} (MoiIdentity:Keys) is no P-256 private key in PEM: {failure.Message}", failure);
        }
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "Made the first key pair: {File}. Back this file up and keep it secret.")]
    private static partial void LogCreated(ILogger logger, string file);
}
