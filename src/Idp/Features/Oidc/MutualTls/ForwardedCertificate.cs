using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>Takes a client's certificate from the proxy that ended its TLS connection.</summary>
/// <remarks>
/// SECURITY: a header field can be typed by anybody, the connection's address cannot. From whoever is no trusted proxy the
/// field is taken away unread. So is the certificate of the connection itself, which is the proxy's.
/// </remarks>
internal sealed partial class ForwardedCertificate(
    RequestDelegate next, IOptions<IdpOptions> idp, IOptions<ForwardedHeadersOptions> proxies, ILogger<ForwardedCertificate> logger)
{
    private readonly string _header = idp.Value.MutualTls.ForwardedHeader!;
    private readonly ForwardedCertificateFormat _format = idp.Value.MutualTls.ForwardedFormat;

    public Task InvokeAsync(HttpContext context)
    {
        context.Connection.ClientCertificate = null;
        if (!context.Request.Headers.Remove(_header, out var values))
        {
            return next(context);
        }

        if (!IsProxy(context.Connection.RemoteIpAddress))
        {
            LogForged(logger, _header);
        }
        else if (values is [{ } value] && Read(value) is { } certificate)
        {
            context.Response.RegisterForDispose(certificate);
            context.Connection.ClientCertificate = certificate;
        }
        else
        {
            LogUnreadable(logger, _header, _format);
        }

        return next(context);
    }

    private bool IsProxy(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return proxies.Value.KnownProxies.Contains(plain) || proxies.Value.KnownIPNetworks.Any(network => network.Contains(plain));
    }

    private X509Certificate2? Read(string value)
    {
        try
        {
            var der = _format == ForwardedCertificateFormat.Rfc9440 ? ByteSequence(value) : EscapedPem(value);

            // The loader would also take other formats; here only DER is meant.
            return der is [0x30, ..] ? X509CertificateLoader.LoadCertificate(der) : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>RFC 8941 §3.3.5, without parameters: base64 between colons.</summary>
    private static byte[]? ByteSequence(string value)
        => value is [':', .. { Length: > 0 } text, ':'] ? Convert.FromBase64String(text) : null;

    private static byte[]? EscapedPem(string value)
    {
        var text = Uri.UnescapeDataString(value);
        var pem = PemEncoding.Find(text);
        return text[pem.Label] == "CERTIFICATE" && text.AsSpan(pem.Location.End.Value).Trim().IsEmpty
            ? Convert.FromBase64String(text[pem.Base64Data])
            : null;
    }

    [LoggerMessage(EventId = 5801, Level = LogLevel.Warning,
        Message = "Somebody who is no trusted proxy sent the header field {Header}; it was ignored")]
    private static partial void LogForged(ILogger logger, string header);

    [LoggerMessage(EventId = 5802, Level = LogLevel.Warning, Message = "The proxy's header field {Header} holds no certificate in the format {Format}")]
    private static partial void LogUnreadable(ILogger logger, string header, ForwardedCertificateFormat format);
}
