using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>Section <c>Idp:Conformance</c>: the programming interface that the conformance tests of the FIDO Alliance call.</summary>
internal sealed class ConformanceOptions
{
    internal const string Section = "Idp:Conformance";

    /// <summary>Whether the server answers at <c>/attestation/…</c> and <c>/assertion/…</c>.</summary>
    /// <value>Default <c>false</c>. Only in Development; anywhere else the server refuses to start.</value>
    /// <remarks>It accepts SHA-1, tells a stranger why a response was refused, and registers anybody; but it keeps what it
    /// registers in memory, and no citizen, session or passkey of the server is seen or changed by it.</remarks>
    public bool Enabled { get; set; }

    /// <summary>
    /// The folder of the metadata: statements (<c>*.json</c>), BLOBs (<c>*.jwt</c>), and for those the roots (<c>*.crt</c>) and the
    /// revocation lists (<c>*.crl</c>). It is read once, when the server starts.
    /// </summary>
    /// <value>None by default: then no attestation is compared with metadata.</value>
    public string? MetadataPath { get; set; }

    /// <summary>The name (CN) in the certificate that signs the BLOBs.</summary>
    /// <value>Default <c>mds.fidoalliance.org</c>.</value>
    public string MetadataSigner { get; set; } = "mds.fidoalliance.org";
}

/// <summary>Refuses the interface outside of Development, and a folder that is not there.</summary>
internal sealed class ConformanceOptionsValidator(IHostEnvironment environment) : IValidateOptions<ConformanceOptions>
{
    public ValidateOptionsResult Validate(string? name, ConformanceOptions options)
        => !options.Enabled ? ValidateOptionsResult.Success
            : !environment.IsDevelopment()
                ? ValidateOptionsResult.Fail("Idp__Conformance__Enabled is for Development alone: the interface accepts what a real service must refuse.")
            : options.MetadataPath is { } folder && !Directory.Exists(folder)
                ? ValidateOptionsResult.Fail($"Idp__Conformance__MetadataPath: there is no folder {folder}.")
            : ValidateOptionsResult.Success;
}
