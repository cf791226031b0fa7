namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// Section <c>Idp:KeyRing</c>: the certificate that encrypts the key ring in the database. Whoever has the database
/// and the certificate can forge every session and every token.
/// </summary>
internal sealed class KeyRingOptions
{
    internal const string Section = "Idp:KeyRing";

    /// <summary>The file of the certificate with its private RSA key: PKCS#12 (<c>.pfx</c>, <c>.p12</c>) or PEM.</summary>
    /// <value>Not set by default; required in Production.</value>
    /// <remarks>Keep a copy apart from the database's backups: without it none of them can be used.</remarks>
    public string? Certificate { get; set; }

    /// <summary>The file whose first line is the certificate's password.</summary>
    /// <value>Not set by default: the certificate has no password.</value>
    public string? PasswordFile { get; set; }

    /// <summary>Certificates that still decrypt what was encrypted before the last change of certificate.</summary>
    public IList<PreviousCertificate> Previous { get; } = [];
}

/// <summary>One entry of <c>Idp:KeyRing:Previous</c>.</summary>
internal sealed class PreviousCertificate
{
    /// <summary>The file of the certificate with its private key.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The file whose first line is the certificate's password.</summary>
    /// <value>Not set by default: the certificate has no password.</value>
    public string? PasswordFile { get; set; }
}
