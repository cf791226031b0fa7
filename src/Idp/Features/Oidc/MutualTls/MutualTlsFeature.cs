using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>RFC 8705: certificates of clients, from our own connections or from a proxy.</summary>
internal static class MutualTlsFeature
{
    internal static IServiceCollection AddMutualTls(this IServiceCollection services)
    {
        services.AddSingleton<TrustedChains>();
        services.AddSingleton<IValidateOptions<IdpOptions>, MutualTlsValidator>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<IdpOptions>>((kestrel, idp) => Listen(kestrel, idp.Value.MutualTls));
        return services;
    }

    private static void Listen(KestrelServerOptions kestrel, MutualTlsOptions options)
    {
        if (!options.Enabled || !string.IsNullOrEmpty(options.ForwardedHeader))
        {
            return;
        }

        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateValidation = Accept;
            if (options.Authority is null)
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            }
        });
    }

    /// <summary>
    /// RFC 8705 §2.2 and §4: any certificate may open the connection, which proves who holds its key. Whose certificate it is, and
    /// whether that is worth anything, is decided for each request, when the client is known.
    /// </summary>
    private static bool Accept(X509Certificate2 certificate, X509Chain? chain, System.Net.Security.SslPolicyErrors errors) => true;
}
