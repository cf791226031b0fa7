using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>Clients with a certificate (RFC 8705), at an address of their own.</summary>
internal sealed partial class FakeProvider
{
    private static readonly X509Certificate2 Server = NewCertificate("idp.localhost");

    internal static string ServerHash => Server.GetCertHashString();

    internal string MutualTlsOrigin { get; private init; } = "";

    /// <summary>The certificate of the client, as registered.</summary>
    internal byte[]? ClientCertificateHash { get; set; }

    /// <summary>What was asked for with the registered certificate.</summary>
    internal ConcurrentQueue<string> WithCertificate { get; } = new();

    internal static X509Certificate2 NewCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static void ListenWithMutualTls(KestrelServerOptions kestrel, int port) => kestrel.ListenLocalhost(port, listen =>
        listen.UseHttps(Server, https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        }));

    private bool IsAuthenticatedByCertificate(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate
            || ClientCertificateHash is null
            || !certificate.GetCertHash(HashAlgorithmName.SHA256).SequenceEqual(ClientCertificateHash))
        {
            return false;
        }

        WithCertificate.Enqueue(context.Request.Path);
        return true;
    }
}
