using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;

namespace Moi.Identity.BackChannel;

/// <summary>The provider as this client reaches it: its discovery document, and a back channel that authenticates by itself.</summary>
internal sealed class Provider : IDisposable
{
    public Provider(
        IOptions<MoiIdentityOptions> options, ClientAssertions assertions, ClientCertificate certificate, RequestObjects requestObjects,
        DpopKeys keys, DpopProofs proofs, DpopNonces nonces, TimeProvider time, ILogger<Discovery> logger)
    {
        var moi = options.Value;
        Http = new HttpClient(new BackChannelHandler(this, options, assertions, requestObjects, keys, proofs, nonces)
        {
            InnerHandler = certificate.PresentedBy(Loopback.CreateHandler(moi.Authority)),
        })
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = 1024 * 1024,
        };
        Discovery = new Discovery(moi.Authority, moi.UnsafeAllowHttp, Http, time, logger);
    }

    /// <summary>When a request of the back channel is given up, its second attempt included.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    internal HttpClient Http { get; }

    internal Discovery Discovery { get; }

    internal Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken ct) => Discovery.GetConfigurationAsync(ct);

    public void Dispose() => Http.Dispose();
}
