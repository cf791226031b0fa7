using System.Net;
using System.Net.Sockets;

namespace Moi.Identity.Idp.Features.Oidc.Outbound;

/// <summary>
/// HTTP to addresses that agencies registered (<c>jwks_uri</c>, back-channel logout) and to the FIDO metadata: https, no
/// redirects, no proxy, small answers, little time, and never to an address inside our own network.
/// </summary>
/// <remarks>
/// SECURITY: the name is resolved here and the connection is opened to that very address, so a name that changes its
/// address between the check and the use (DNS rebinding) gains nothing. In Development <c>*.localhost</c> is reached
/// on the loopback address, where the samples and tests listen.
/// </remarks>
internal sealed class GuardedHttp : IDisposable
{
    internal const int MostBytes = 64 * 1024;
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(5);

    private readonly bool _development;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _lookUp;
    private readonly HttpClient _client;

    public GuardedHttp(IHostEnvironment environment)
        : this(environment, Dns.GetHostAddressesAsync)
    {
    }

    /// <summary>With something else to look names up, and another limit for connecting and for the answer.</summary>
    internal GuardedHttp(IHostEnvironment environment, Func<string, CancellationToken, Task<IPAddress[]>> lookUp, TimeSpan? limit = null)
    {
        _development = environment.IsDevelopment();
        _lookUp = lookUp;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = limit ?? DefaultLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = 4,
            ConnectCallback = ConnectAsync,
        };
        _client = new HttpClient(handler, disposeHandler: true) { Timeout = limit ?? DefaultLimit, MaxResponseContentBufferSize = MostBytes };
    }

    /// <summary>Sends the request and reads the whole answer, at most <see cref="MostBytes"/>.</summary>
    /// <exception cref="HttpRequestException">It could not be sent, was not allowed, or the answer was too large.</exception>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        => SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } uri
            || (uri.Scheme != Uri.UriSchemeHttps && !(_development && uri.Scheme == Uri.UriSchemeHttp)))
        {
            throw new HttpRequestException("Only https addresses are called.");
        }

        try
        {
            return await _client.SendAsync(request, completion, ct);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException("No answer in time.", e);
        }
    }

    /// <summary>Gets something larger: at most <paramref name="mostBytes"/>, within <paramref name="patience"/>.</summary>
    /// <exception cref="HttpRequestException">It could not be sent, was not allowed, or the answer was too large or too slow.</exception>
    internal async Task<Download> DownloadAsync(HttpRequestMessage request, int mostBytes, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new Download(response.StatusCode, null, []);
            }

            await response.Content.LoadIntoBufferAsync(mostBytes, limit.Token);
            return new Download(response.StatusCode, response.Headers.ETag?.ToString(), await response.Content.ReadAsByteArrayAsync(limit.Token));
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException("No answer in time.", e);
        }
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, ct);
        if (addresses.Length == 0)
        {
            throw new HttpRequestException("The address is not on the public network.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        if (_development
            && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)))
        {
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }

        var all = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await _lookUp(host, ct);

        // One address inside is enough to refuse: a name that has both is up to something.
        return Array.TrueForAll(all, PublicAddress.IsAllowed) ? all : [];
    }
}
