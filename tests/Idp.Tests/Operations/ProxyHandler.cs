using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>The TLS proxy in front of a production server: speaks https to the browser in its own name.</summary>
internal sealed class ProxyHandler(IdpProcess idp, string browserAddress) : DelegatingHandler(LocalhostHttp.Handler(keepsCookies: false))
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        request.Headers.Host = asked.Authority;
        request.Headers.Add("X-Forwarded-For", browserAddress);
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.RequestUri = new Uri(idp.Address + asked.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
