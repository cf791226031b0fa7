using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Refuses lists that browsers and app platforms would not understand, and names every mistake.</summary>
internal sealed partial class PasskeyOptionsValidator(IOptions<IdpOptions> idp) : IValidateOptions<PasskeyOptions>
{
    public ValidateOptionsResult Validate(string? name, PasskeyOptions options)
    {
        string[] mistakes = [.. Related(options), .. Android(options), .. Apple(options)];
        return mistakes.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    /// <summary>Without our own origin's mistakes: the section <c>Idp</c> has a validator that says them better.</summary>
    private IEnumerable<string> Related(PasskeyOptions options)
    {
        var own = Uri.TryCreate(idp.Value.PublicOrigin, UriKind.Absolute, out _) ? idp.Value.BrowserOrigin : "";
        return RelyingParty.Validate("idp.example", "Identity", ["https://idp.example"], allowCrossOrigin: false, [], [.. options.RelatedOrigins])
            .Concat(options.RelatedOrigins.Where(origin => origin == own).Select(origin => $"The related origin '{origin}' is this service itself."))
            .Select(mistake => "Idp__Passkeys__RelatedOrigins: " + mistake);
    }

    private static IEnumerable<string> Android(PasskeyOptions options)
    {
        foreach (var app in options.AndroidApps)
        {
            if (!Package().IsMatch(app.Package))
            {
                yield return $"Idp__Passkeys__AndroidApps: '{app.Package}' is not a package such as tw.gov.example.id.";
            }

            if (app.Fingerprints.Count == 0)
            {
                yield return $"Idp__Passkeys__AndroidApps: {app.Package} has no fingerprint.";
            }

            foreach (var fingerprint in app.Fingerprints.Where(fingerprint => AndroidApp.Read(fingerprint) is null))
            {
                yield return $"Idp__Passkeys__AndroidApps: '{fingerprint}' is not a SHA-256 fingerprint, 32 bytes in hexadecimal with colons.";
            }
        }
    }

    private static IEnumerable<string> Apple(PasskeyOptions options)
        => options.AppleApps.Where(app => !AppIdentifier().IsMatch(app))
            .Select(app => $"Idp__Passkeys__AppleApps: '{app}' is not a team of ten characters, a dot and a bundle.");

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex Package();

    [GeneratedRegex(@"^[A-Z0-9]{10}(\.[a-zA-Z0-9-]+){2,}\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex AppIdentifier();
}
