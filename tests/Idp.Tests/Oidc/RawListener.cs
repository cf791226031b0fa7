using System.Net;
using System.Net.Sockets;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A server that answers its first caller with any bytes at all, and nobody else.</summary>
internal sealed class RawListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    internal RawListener(ReadOnlySpan<byte> answer)
    {
        _listener.Start();
        Answered = AnswerAsync(answer.ToArray());
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal Task Answered { get; }

    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync(byte[] answer)
    {
        using var connection = await _listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        _ = await stream.ReadAsync(new byte[64 * 1024]);
        await stream.WriteAsync(answer);
    }
}
