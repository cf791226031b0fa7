using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp;

/// <summary>Section <c>Idp</c>: what the server is called and where it keeps its data.</summary>
internal sealed class IdpOptions
{
    internal const string Section = "Idp";

    private Names? _names;

    /// <summary>
    /// The one origin that browsers see. It is the OpenID Connect issuer, its host is the WebAuthn RP ID, and in
    /// Development the server listens on its port.
    /// </summary>
    /// <value>Default <c>http://idp.localhost:5080</c>, for development only.</value>
    /// <remarks>
    /// Passkeys belong to the host for ever: changing it later makes every passkey unusable.
    /// </remarks>
    [Required]
    public string PublicOrigin
    {
        get;
        set
        {
            field = value;
            _names = null;
        }
    }

    = "http://idp.localhost:5080";

    /// <summary>The folder of the embedded databases.</summary>
    /// <value>Default <c>data</c> below the current directory.</value>
    [Required]
    public string DataPath { get; set; } = "data";

    /// <summary>Where data that must last are kept.</summary>
    [ValidateObjectMembers]
    public StorageOptions Storage { get; set; } = new();

    /// <summary>How long signed-in sessions live.</summary>
    [ValidateObjectMembers]
    public SessionOptions Sessions { get; set; } = new();

    /// <summary>Client certificates: authentication of clients by them, and tokens bound to them (RFC 8705).</summary>
    [ValidateObjectMembers]
    public MutualTlsOptions MutualTls { get; set; } = new();

    internal Uri Origin => Derived.Origin;

    /// <summary>The WebAuthn RP ID: the host of <see cref="PublicOrigin"/>.</summary>
    internal string RpId => Derived.RpId;

    /// <summary>The origin exactly as a browser spells it: scheme, host, and the port unless it is the default.</summary>
    internal string BrowserOrigin => Derived.BrowserOrigin;

    /// <summary>The issuer exactly as it stands in discovery, in tokens and in the <c>iss</c> parameter.</summary>
    /// <remarks>The engine writes an issuer without a path with a trailing slash; everything compares with this one.</remarks>
    internal string Issuer => Derived.Issuer;

    internal bool IsHttps => Derived.IsHttps;

    // Every request asks for these; an address is parsed once.
    private Names Derived => _names ??= Names.Of(new Uri(PublicOrigin, UriKind.Absolute));

    private sealed record Names(Uri Origin, string RpId, string BrowserOrigin, string Issuer, bool IsHttps)
    {
        internal static Names Of(Uri origin)
        {
            var browserOrigin = origin.GetLeftPart(UriPartial.Authority);
            return new Names(
                origin, origin.Host, browserOrigin, browserOrigin + "/",
                string.Equals(origin.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal));
        }
    }
}

/// <summary>Section <c>Idp:Storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>The database: <c>Sqlite</c> (embedded) or <c>Postgres</c>.</summary>
    /// <value>Default <c>Sqlite</c>.</value>
    /// <remarks>With <c>Postgres</c>, the connection strings <c>Postgres</c> and <c>Redis</c> are required.</remarks>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;
}

/// <summary>The two databases the server knows.</summary>
internal enum StorageProvider
{
    /// <summary>Embedded files below <see cref="IdpOptions.DataPath"/>; one server process.</summary>
    Sqlite,

    /// <summary>PostgreSQL for what must last, Redis for what may expire; any number of server processes.</summary>
    Postgres,
}

/// <summary>Section <c>Idp:Sessions</c>.</summary>
internal sealed class SessionOptions
{
    /// <summary>How long a session lives without a request.</summary>
    /// <value>Default 1 hour, also the most that is allowed.</value>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a session lives at most.</summary>
    /// <value>Default 24 hours, also the most that is allowed.</value>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan Absolute { get; set; } = TimeSpan.FromHours(24);
}
