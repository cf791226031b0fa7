using System.IO.MemoryMappedFiles;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>The input that is running, in a file that the kernel writes: it outlives a process that a stack overflow ends.</summary>
internal sealed class RunningInput : IDisposable
{
    private const int Longest = 64 * 1024;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    internal RunningInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, Longest + sizeof(int));
        _view = _file.CreateViewAccessor();
    }

    internal void Set(byte[] input)
    {
        var length = Math.Min(input.Length, Longest);
        _view.Write(0, length);
        _view.WriteArray(sizeof(int), input, 0, length);
    }

    /// <summary>What such a file holds.</summary>
    internal static byte[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan(sizeof(int), BitConverter.ToInt32(bytes)).ToArray();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
