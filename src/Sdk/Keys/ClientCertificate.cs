using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Keys;

/// <summary>RFC 8705 §2: the TLS certificate by which this client authenticates, for agencies that have one.</summary>
internal sealed class ClientCertificate(IOptions<MoiIdentityOptions> options, IHostEnvironment environment) : IDisposable
{
    private readonly Lock _gate = new();
    private X509Certificate2? _certificate;
    private X509Certificate2Collection? _chain;

    /// <summary>Reads the file, so that one that cannot be used is an error at start.</summary>
    /// <exception cref="InvalidOperationException">MOI024 or MOI025.</exception>
    internal void Load()
    {
        if (options.Value.UsesCertificate)
        {
            Certificate();
        }
    }

    /// <summary>Has a back channel present the certificate in its TLS handshakes.</summary>
    internal SocketsHttpHandler PresentedBy(SocketsHttpHandler handler)
    {
        if (options.Value.UsesCertificate)
        {
            Present(handler);
        }

        options.Value.ConfigureBackChannel?.Invoke(handler);
        return handler;
    }

    /// <summary>§3: a token that is bound to the certificate is worth something only over connections that present it.</summary>
    /// <remarks>A handler of another kind, or one that has a certificate already, is left as the application made it.</remarks>
    internal void PresentWithTokens(HttpMessageHandler handler)
    {
        if (!options.Value.BindsTokensToCertificate)
        {
            return;
        }

        if (handler is SocketsHttpHandler { SslOptions: { ClientCertificateContext: null, ClientCertificates: null } } sockets)
        {
            Present(sockets);
        }
        else if (handler is HttpClientHandler { ClientCertificates.Count: 0 } older)
        {
            older.ClientCertificateOptions = ClientCertificateOption.Manual;
            older.ClientCertificates.Add(Certificate());
        }
    }

    /// <summary>§2.2.2: a self-signed certificate is registered by publishing it (<c>x5c</c>); one of an authority is registered by its name.</summary>
    internal IEnumerable<PublicJwk> ToPublicJwks()
    {
        if (options.Value.ClientAuthentication != ClientAuthentication.SelfSignedTlsClientAuth)
        {
            yield break;
        }

        var certificate = Certificate();
        var kid = Base64UrlEncoder.Encode(certificate.GetCertHash(HashAlgorithmName.SHA256));
        string[] x5c = [Convert.ToBase64String(certificate.RawData)];
        if (certificate.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
            {
                var numbers = rsa.ExportParameters(false);
                yield return new PublicJwk("RSA", null, null, null, kid, null, null)
                {
                    N = Base64UrlEncoder.Encode(numbers.Modulus),
                    E = Base64UrlEncoder.Encode(numbers.Exponent),
                    X5c = x5c,
                };
            }
        }
        else if (certificate.GetECDsaPublicKey() is { } ec)
        {
            using (ec)
            {
                var point = ec.ExportParameters(false).Q;
                yield return new PublicJwk("EC", $"P-{ec.KeySize}", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y), kid, null, null)
                {
                    X5c = x5c,
                };
            }
        }
    }

    /// <summary>§2.1.2: <c>tls_client_auth_subject_dn</c>.</summary>
    internal string? ToSubjectName() =>
        options.Value.ClientAuthentication == ClientAuthentication.TlsClientAuth ? SubjectName.Of(Certificate().SubjectName) : null;

    public void Dispose() => _certificate?.Dispose();

    private void Present(SocketsHttpHandler handler)
        => handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(Certificate(), _chain, offline: true);

    private X509Certificate2 Certificate()
    {
        lock (_gate)
        {
            if (_certificate is not null)
            {
                return _certificate;
            }

            var file = Path.GetFullPath(options.Value.ClientCertificate!, environment.ContentRootPath);
            try
            {
                PemKeys.RequireOwnerOnly(file, "MOI024", "MoiIdentity:ClientCertificate");
                _chain = [];
                _chain.ImportFromPemFile(file);
                var certificate = X509Certificate2.CreateFromPemFile(file);

                // Windows signs only with a key that it has stored.
                return _certificate = OperatingSystem.IsWindows()
                    ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
                    : certificate;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new InvalidOperationException(
                    $"MOI025: {file} (MoiIdentity:ClientCertificate) is no PEM file with a certificate and its private key: {failure.Message}", failure);
            }
        }
    }
}
