using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// The folder of the embedded databases belongs to one server process. A second one would serve well for a while, with
/// its own idea of clients and keys; it is refused at once instead. Commands come and go beside the server.
/// </summary>
internal sealed class DataFolder(IOptions<IdpOptions> options) : IDisposable
{
    /// <summary>
    /// A server that has just ended may have left the lock to a program that it was starting at that moment, until that program
    /// has begun; and a restart need not wait for the last second of the one before.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private FileStream? _lock;

    /// <summary>Takes the folder until this process ends, however it ends.</summary>
    /// <returns>What is in the way, or nothing.</returns>
    internal string? Take()
    {
        var folder = Path.GetFullPath(options.Value.DataPath);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Idp__DataPath: {folder} cannot be made ({e.Message}).";
        }

        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                _lock = new FileStream(Path.Combine(folder, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return null;
            }
            catch (UnauthorizedAccessException e)
            {
                return $"Idp__DataPath: {folder} cannot be written ({e.Message}).";
            }
            catch (IOException) when (clock.Elapsed < Patience)
            {
                Thread.Sleep(Pause);
            }
            catch (IOException)
            {
                return $"Idp__DataPath: another server uses {folder}. Stop it, or name another folder; several servers need PostgreSQL.";
            }
        }
    }

    public void Dispose() => _lock?.Dispose();
}
