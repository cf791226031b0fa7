using System.Net;
using System.Net.Sockets;

namespace Moi.Identity.Testing;

/// <summary>HTTP to <c>*.localhost</c>, which browsers resolve themselves and the C library of many systems does not.</summary>
public static class LocalhostHttp
{
    /// <summary>A client that follows no redirect, so that a test sees every step.</summary>
    /// <param name="address">The origin.</param>
    /// <param name="keepsCookies">Whether it has a cookie jar.</param>
    public static HttpClient Client(string address, bool keepsCookies = true) =>
        new(Handler(keepsCookies), disposeHandler: true) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>A handler that connects to the loopback address whatever the host is called.</summary>
    /// <param name="keepsCookies">Whether it keeps cookies itself; a <see cref="CitizenBrowser"/> keeps its own.</param>
    public static SocketsHttpHandler Handler(bool keepsCookies = true) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = keepsCookies,
        ConnectCallback = static async (context, ct) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
