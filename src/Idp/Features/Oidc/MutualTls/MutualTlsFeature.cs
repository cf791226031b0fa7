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
        services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>(Listen);
        return services;
    }

    /// <remarks>
    /// The server is made before the settings are checked, and a mistake in them must not show here: it is told with all others.
    /// </remarks>
    private static void Listen(KestrelServerOptions kestrel, IConfiguration configuration)
    {
        var settings = configuration.GetSection($"{IdpOptions.Section}:{nameof(IdpOptions.MutualTls)}");
        if (!bool.TryParse(settings[nameof(MutualTlsOptions.Enabled)], out var isEnabled) || !isEnabled
            || !string.IsNullOrEmpty(settings[nameof(MutualTlsOptions.ForwardedHeader)]))
        {
            return;
        }

        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateValidation = Accept;
            if (string.IsNullOrWhiteSpace(settings[nameof(MutualTlsOptions.Host)]))
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
