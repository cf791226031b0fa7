using System.Security.Cryptography;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>A certificate that the caller trusts. It is found by its bytes and read once.</summary>
internal sealed class TrustAnchor
{
    internal TrustAnchor(ReadOnlyMemory<byte> der)
    {
        var bytes = der.ToArray();
        Der = bytes;
        Thumbprint = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            Certificate = PathCertificate.Parse(bytes);
            KeyIdentifier = Certificate.KeyIdentifier();
        }
        catch (WebAuthnException)
        {
            // Old roots are not all well encoded. One that cannot be read issues nothing.
        }
    }

    internal ReadOnlyMemory<byte> Der { get; }

    /// <summary>SHA-256 of the certificate, in lower-case hexadecimal.</summary>
    internal string Thumbprint { get; }

    /// <summary>SHA-1 of the public key, in lower-case hexadecimal; null if the certificate cannot be read.</summary>
    internal string? KeyIdentifier { get; }

    /// <summary>The certificate; null if it cannot be read.</summary>
    internal PathCertificate? Certificate { get; }
}
