using System.Net;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>RFC 8705 §2.1.2: the name in a client's certificate that says it is the client.</summary>
/// <param name="Kind">Which name: one of <see cref="Kinds"/>.</param>
/// <param name="Value">The expected value.</param>
internal sealed record CertificateName(string Kind, string Value)
{
    internal const string SubjectDn = "subject_dn";
    internal const string SanDns = "san_dns";
    internal const string SanUri = "san_uri";
    internal const string SanIp = "san_ip";
    internal const string SanEmail = "san_email";

    /// <summary>As the metadata members are called after <c>tls_client_auth_</c>.</summary>
    internal static readonly IReadOnlyList<string> Kinds = [SubjectDn, SanDns, SanUri, SanIp, SanEmail];

    /// <summary>Whether any certificate could have it.</summary>
    internal bool IsWellFormed => Kind switch
    {
        SubjectDn => DistinguishedName.Parse(Value) is not null,
        SanDns => Uri.CheckHostName(Value) == UriHostNameType.Dns,
        SanUri => Uri.TryCreate(Value, UriKind.Absolute, out _),
        SanIp => IPAddress.TryParse(Value, out _),
        _ => Value.IndexOf('@', StringComparison.Ordinal) > 0,
    };
}
