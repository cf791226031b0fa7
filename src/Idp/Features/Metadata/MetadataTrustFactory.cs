using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>Whom metadata are believed from: the pinned root, or the one that is configured.</summary>
internal sealed class MetadataTrustFactory(IOptions<MetadataOptions> options)
{
    private readonly Lazy<(byte[] Root, string Thumbprint)> _root = new(() => ReadRoot(options.Value.Root));

    /// <summary>For a BLOB that is new here: everything is asked of it.</summary>
    internal MetadataTrust New(IReadOnlyList<CertificateRevocationList> lists) => new()
    {
        Roots = [_root.Value.Root],
        RootThumbprints = [_root.Value.Thumbprint],
        RevocationLists = lists,
        AllowMissingRevocationLists = lists.Count == 0 && options.Value.AllowMissingRevocationLists,
    };

    /// <summary>
    /// For a BLOB out of our own database: it was new once, and then all of it was asked. It is verified again, so that whoever
    /// can write to the database cannot invent models; its age and lists are not asked again, and its certificates as on the day it came.
    /// </summary>
    internal MetadataTrust Kept() => New([]) with { AllowStale = true, AllowMissingRevocationLists = true };

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    internal static (byte[] Root, string Thumbprint) ReadRoot(string? file)
    {
        if (file is null)
        {
            using var resource = typeof(MetadataTrustFactory).Assembly.GetManifestResourceStream("certs/globalsign-root-r3.crt")!;
            using var copy = new MemoryStream();
            resource.CopyTo(copy);
            return (Read(copy.ToArray()), MetadataTrust.GlobalSignRootR3);
        }

        var der = Read(File.ReadAllBytes(file));
        return (der, Convert.ToHexStringLower(SHA256.HashData(der)));
    }

    private static byte[] Read(byte[] file)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(file);
        return certificate.RawData;
    }
}

/// <summary>Refuses addresses that are never called and roots that cannot be read.</summary>
internal sealed class MetadataOptionsValidator : IValidateOptions<MetadataOptions>
{
    public ValidateOptionsResult Validate(string? name, MetadataOptions options)
    {
        string[] mistakes =
        [
            .. options.RevocationLists.Prepend(options.Address ?? "https://none.example")
                .Where(address => !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
                .Select(address => $"Idp__Metadata: {address} is not an address."),
            .. Root(options),
        ];
        return mistakes.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Root(MetadataOptions options)
    {
        try
        {
            MetadataTrustFactory.ReadRoot(options.Root);
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [$"Idp__Metadata__Root: {options.Root} cannot be read as a certificate: {e.Message}"];
        }
    }
}
