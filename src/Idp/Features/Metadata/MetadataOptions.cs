using System.ComponentModel.DataAnnotations;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>
/// Section <c>Idp:Metadata</c>: what is known of authenticator models, from the FIDO Metadata Service. Without a network, the
/// command <c>metadata import</c> brings the same file.
/// </summary>
internal sealed class MetadataOptions
{
    internal const string Section = "Idp:Metadata";

    /// <summary>Where the metadata are downloaded: <c>https://mds3.fidoalliance.org/</c>.</summary>
    /// <value>Not set by default: nothing is downloaded.</value>
    /// <remarks>One of the servers asks, about when the metadata in use announce their next edition. The address must be on the public network.</remarks>
    public string? Address { get; set; }

    /// <summary>Where the revocation lists of the metadata's signer are downloaded with them: one of the root, one of the intermediate.</summary>
    /// <value>Empty by default; a download is then refused unless <c>AllowMissingRevocationLists</c>.</value>
    public IList<string> RevocationLists { get; } = [];

    /// <summary>Accept metadata without revocation lists of their signer, downloaded or from a file.</summary>
    /// <value>Default <c>false</c>.</value>
    /// <remarks>For networks that cannot reach the lists: a revoked signer then stays unnoticed.</remarks>
    public bool AllowMissingRevocationLists { get; set; }

    /// <summary>The file of the root certificate that the metadata's signer must lead to, DER or PEM. It is trusted whatever it is.</summary>
    /// <value>Not set by default: the root of the FIDO Alliance's signer, which is delivered with the program and pinned.</value>
    public string? Root { get; set; }

    /// <summary>How often a server that downloads looks whether it is time, and how soon it tries again after a failure. It waits up to half as long again.</summary>
    /// <value>Default 1 hour.</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}
