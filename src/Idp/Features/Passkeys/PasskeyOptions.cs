namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Section <c>Idp:Passkeys</c>: who else may use the passkeys of this service.</summary>
internal sealed class PasskeyOptions
{
    internal const string Section = "Idp:Passkeys";

    /// <summary>
    /// Other web origins that may use the passkeys of this service, such as <c>https://id.example.gov.tw</c> after a change of
    /// domain. They are published at <c>/.well-known/webauthn</c>.
    /// </summary>
    /// <value>Empty by default: no other origin may, and the address does not exist.</value>
    /// <remarks>At most five names (of the kind <c>example</c> in <c>id.example.gov.tw</c>); browsers read no more. Whoever runs such an origin can ask for every citizen's passkey.</remarks>
    public IList<string> RelatedOrigins { get; } = [];

    /// <summary>Android apps that may use the passkeys. They are published at <c>/.well-known/assetlinks.json</c>.</summary>
    public IList<AndroidApp> AndroidApps { get; } = [];

    /// <summary>
    /// Apple apps that may use the passkeys, each with its team: <c>A1B2C3D4E5.tw.gov.example.id</c>. They are published at
    /// <c>/.well-known/apple-app-site-association</c>.
    /// </summary>
    /// <value>Empty by default: no app may, and the address does not exist.</value>
    public IList<string> AppleApps { get; } = [];
}

/// <summary>One entry of <c>Idp:Passkeys:AndroidApps</c>.</summary>
internal sealed class AndroidApp
{
    /// <summary>The package, such as <c>tw.gov.example.id</c>.</summary>
    public string Package { get; set; } = "";

    /// <summary>The SHA-256 fingerprint of each certificate that signs the app, as <c>keytool</c> and the Play Console print it: 32 bytes in hexadecimal with colons.</summary>
    /// <remarks>From the same fingerprint follows the origin <c>android:apk-key-hash:…</c>, which is accepted from then on.</remarks>
    public IList<string> Fingerprints { get; } = [];

    /// <summary>The bytes of a fingerprint; null if it is none.</summary>
    internal static byte[]? Read(string fingerprint)
    {
        var parts = fingerprint.Split(':');
        return parts.Length == 32 && Array.TrueForAll(parts, part => part.Length == 2 && part.All(char.IsAsciiHexDigit))
            ? Convert.FromHexString(string.Concat(parts))
            : null;
    }
}
