using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>Whether a certificate of <c>tls_client_auth</c> leads to an authority that the operator trusts (RFC 5280 §6).</summary>
internal sealed class TrustedChains : IDisposable
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int ShortestRsa = 2048;
    private const int ShortestCurve = 224;

    private readonly X509Certificate2Collection _anchors = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private readonly X509RevocationMode _revocation;
    private readonly TimeProvider _time;

    public TrustedChains(IOptions<IdpOptions> idp, TimeProvider time)
    {
        _time = time;
        _revocation = idp.Value.MutualTls.Revocation;
        if (idp.Value.MutualTls.Offers("tls_client_auth"))
        {
            foreach (var certificate in Read(idp.Value.MutualTls.TrustAnchors!))
            {
                (IsAnchor(certificate) ? _anchors : _intermediates).Add(certificate);
            }
        }
    }

    /// <summary>The certificates of a file, or of all files in a folder.</summary>
    /// <exception cref="CryptographicException">A file is no certificate.</exception>
    internal static X509Certificate2Collection Read(string path)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path) : [path])
        {
            var text = File.ReadAllText(file);
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                certificates.ImportFromPem(text);
            }
            else
            {
                certificates.Add(X509CertificateLoader.LoadCertificateFromFile(file));
            }
        }

        return certificates;
    }

    /// <summary>A certificate that names itself as its issuer ends a chain; any other is a step on the way.</summary>
    internal static bool IsAnchor(X509Certificate2 certificate)
        => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>What is wrong with it, or nothing.</summary>
    internal string? FindFault(X509Certificate2 certificate)
    {
        if (!HasStrongKey(certificate))
        {
            return "its key is too short";
        }

        // SECURITY: revocation lists are fetched only once the chain is known to be good, so from addresses that a trusted
        // authority wrote. Otherwise any certificate that somebody makes would send this server anywhere.
        return Build(certificate, X509RevocationMode.NoCheck)
            ?? (_revocation == X509RevocationMode.NoCheck ? null : Build(certificate, _revocation));
    }

    public void Dispose()
    {
        foreach (var certificate in (IEnumerable<X509Certificate2>)[.. _anchors, .. _intermediates])
        {
            certificate.Dispose();
        }
    }

    private string? Build(X509Certificate2 certificate, X509RevocationMode revocation)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_intermediates);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = revocation;
        policy.RevocationFlag = X509RevocationFlag.ExcludeRoot;
        policy.UrlRetrievalTimeout = TimeSpan.FromSeconds(5);
        policy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        try
        {
            return chain.Build(certificate) ? null : string.Join(", ", chain.ChainStatus.Select(status => status.Status));
        }
        catch (CryptographicException)
        {
            return "it cannot be read";
        }
    }

    /// <summary>FAPI 2.0 §5.4: RSA keys have at least 2048 bits, and those on elliptic curves at least 224.</summary>
    private static bool HasStrongKey(X509Certificate2 certificate)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            using var curve = certificate.GetECDsaPublicKey();
            return rsa?.KeySize >= ShortestRsa || curve?.KeySize >= ShortestCurve;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
