using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Idp;

/// <summary>Section <c>Idp:MutualTls</c>: client certificates (RFC 8705).</summary>
internal sealed class MutualTlsOptions
{
    /// <summary>Whether clients may authenticate by a certificate and have their tokens bound to it.</summary>
    /// <value>Default <c>false</c>: nobody is asked for a certificate, and none is looked at.</value>
    public bool Enabled { get; set; }

    /// <summary>
    /// The host, with its port unless that is 443, where connections are asked for a certificate, such as
    /// <c>mtls.id.example.gov.tw</c>. Discovery names its endpoints as <c>mtls_endpoint_aliases</c> (RFC 8705 §5).
    /// </summary>
    /// <value>None by default: then certificates are taken at the public origin.</value>
    /// <remarks>Browsers that are asked for a certificate show citizens a window to choose one. Name a host of its own.</remarks>
    public string? Host { get; set; }

    /// <summary>
    /// A PEM file, or a folder of certificate files: the certificate authorities whose clients may use
    /// <c>tls_client_auth</c>. Self-signed ones are the anchors; any others are intermediates. Read when the server starts.
    /// </summary>
    /// <value>None by default: then there is <c>self_signed_tls_client_auth</c> only.</value>
    /// <remarks>Whoever can get a certificate with a client's registered name from one of them is that client.</remarks>
    public string? TrustAnchors { get; set; }

    /// <summary>
    /// How revocation of <c>tls_client_auth</c> certificates is looked up: <c>Online</c>, <c>Offline</c> (lists that the machine has
    /// cached) or <c>NoCheck</c>.
    /// </summary>
    /// <value>Default <c>Online</c>. While the authority's list cannot be had, its clients are refused.</value>
    /// <remarks>With <c>NoCheck</c> a revoked certificate stays good until it expires.</remarks>
    public X509RevocationMode Revocation { get; set; } = X509RevocationMode.Online;

    /// <summary>
    /// The header field in which a proxy that ends TLS hands the client's certificate over, such as <c>Client-Cert</c>.
    /// </summary>
    /// <value>None by default: certificates come from this server's own TLS connections.</value>
    /// <remarks>
    /// It is believed from <c>Idp:Proxies:Trusted</c> alone, and taken out of everybody else's requests. The proxy must replace
    /// the field in every request: whoever gets it past the proxy is whichever client they like.
    /// </remarks>
    public string? ForwardedHeader { get; set; }

    /// <summary>
    /// How it is written there: <c>Rfc9440</c> (the DER between colons) or <c>EscapedPem</c> (nginx's <c>$ssl_client_escaped_cert</c>).
    /// </summary>
    /// <value>Default <c>Rfc9440</c>.</value>
    public ForwardedCertificateFormat ForwardedFormat { get; set; } = ForwardedCertificateFormat.Rfc9440;

    /// <summary>The second name as it stands in Host headers, while it is in use.</summary>
    internal string? Authority => Enabled && !string.IsNullOrWhiteSpace(Host) ? Host : null;

    /// <summary>Whether a client can use this <c>token_endpoint_auth_method</c> of RFC 8705 here.</summary>
    internal bool Offers(string method)
        => method switch
        {
            "tls_client_auth" => Enabled && !string.IsNullOrEmpty(TrustAnchors),
            "self_signed_tls_client_auth" => Enabled,
            _ => true,
        };
}

/// <summary>The spellings of a certificate in a header field.</summary>
internal enum ForwardedCertificateFormat
{
    /// <summary>RFC 9440 §2.2: a Byte Sequence of RFC 8941, the DER in base64 between colons.</summary>
    Rfc9440,

    /// <summary>A percent-encoded PEM, as nginx has it in <c>$ssl_client_escaped_cert</c>.</summary>
    EscapedPem,
}
