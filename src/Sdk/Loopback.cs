using System.Net;
using System.Net.Sockets;

namespace Moi.Identity;

/// <summary>Names that never leave this machine (RFC 6761 §6.3), and how to reach them where the system's resolver does not know them.</summary>
internal static class Loopback
{
    internal static bool IsLoopbackName(Uri address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? IPAddress.IsLoopback(ip) : IsLocalhost(address.Host);

    internal static bool IsLocalhost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>The back channel to the provider: no redirects, no cookies, and loopback for <c>*.localhost</c> when the provider lives there.</summary>
    internal static SocketsHttpHandler CreateHandler(string authority)
    {
        var handler = new SocketsHttpHandler
        {
            // SECURITY: a redirect would carry our client assertion and the authorization code to another place.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (IsLocalhost(new Uri(authority).Host))
        {
            handler.UseProxy = false;
            handler.ConnectCallback = ConnectAsync;
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint target = IsLocalhost(context.DnsEndPoint.Host)
                ? new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port)
                : context.DnsEndPoint;
            await socket.ConnectAsync(target, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
