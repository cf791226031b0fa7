using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.5, "Android SafetyNet Attestation Statement Format".</summary>
public sealed class SafetyNetTests
{
    private static readonly RegistrationPolicy Allowed = RegistrationPolicy.Passkeys with { AllowAndroidSafetyNet = true };
    private static readonly SafetyNetLies Truth = new() { Timestamp = GoodRegistration.Start };

    private static SoftAuthenticator SafetyNet => new() { Attestation = SoftAttestation.SafetyNet };

    [Fact(DisplayName = "§8.5: off unless it is switched on by name")]
    public void Switch()
    {
        new RegistrationPolicy().AllowAndroidSafetyNet.ShouldBeFalse();
        var registration = new GoodRegistration { Authenticator = SafetyNet, Lies = new Lies { SafetyNet = Truth } };
        registration.Run().ShouldBeRefused(WebAuthnError.AttestationFormatDisabled);
        var record = (registration with { Policy = Allowed }).Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("android-safetynet", AttestationType.Basic, 1));
    }

    [Theory(DisplayName = "§8.5 step 1: the statement has ver and response, nothing else")]
    [InlineData("ver")]
    [InlineData("response")]
    [InlineData("+alg")]
    [InlineData("ver is a number")]
    [InlineData("response is text")]
    public void Members(string change)
        => Run(Truth, new Lies { StatementMembers = members => StatementChanges.Apply(members, change) }).ShouldBe(WebAuthnError.SafetyNetMembers);

    [Theory(DisplayName = "§8.5 steps 2 to 4: the response")]
    [MemberData(nameof(Responses))]
    public void Response(string what, SafetyNetLies lies, WebAuthnError expected) => Run(lies, new Lies()).ShouldBe(expected, what);

    public static TheoryData<string, SafetyNetLies, WebAuthnError> Responses()
    {
        const WebAuthnError Jws = WebAuthnError.SafetyNetJws;
        SafetyNetLies At(TimeSpan offset) => Truth with { Timestamp = GoodRegistration.Start + TimeSpan.FromSeconds(20) + offset };
        return new()
        {
            { "as it should be", Truth, WebAuthnError.None },
            { "ver empty", Truth with { Version = "" }, WebAuthnError.SafetyNetMembers },
            { "empty", Truth with { Jws = _ => "" }, Jws },
            { "two parts", Truth with { Jws = jws => jws[..jws.LastIndexOf('.')] }, Jws },
            { "four parts", Truth with { Jws = jws => jws + ".AAAA" }, Jws },
            { "padded", Truth with { Jws = jws => jws + "=" }, Jws },
            { "no JSON", Truth with { Jws = jws => "AAAA" + jws[jws.IndexOf('.', StringComparison.Ordinal)..] }, Jws },
            { "alg none", Truth with { Header = header => header["alg"] = "none" }, Jws },
            { "alg HS256", Truth with { Header = header => header["alg"] = "HS256" }, Jws },
            { "no alg", Truth with { Header = header => header.Remove("alg") }, Jws },
            { "crit", Truth with { Header = header => header["crit"] = new System.Text.Json.Nodes.JsonArray("b64") }, Jws },
            { "no x5c", Truth with { Header = header => header.Remove("x5c") }, Jws },
            { "x5c empty", Truth with { Header = header => header["x5c"] = new System.Text.Json.Nodes.JsonArray() }, Jws },
            { "x5c is text", Truth with { Header = header => header["x5c"] = "MII" }, Jws },
            { "another nonce", Truth with { Payload = payload => payload["nonce"] = Convert.ToBase64String(new byte[32]) }, WebAuthnError.SafetyNetNonce },
            { "no nonce", Truth with { Payload = payload => payload.Remove("nonce") }, Jws },
            { "another host", Truth with { Host = "attest.android.com.evil.example" }, WebAuthnError.SafetyNetHost },
            { "a profile that does not match", Truth with { Payload = payload => payload["ctsProfileMatch"] = false }, WebAuthnError.SafetyNetIntegrity },
            { "a profile that is text", Truth with { Payload = payload => payload["ctsProfileMatch"] = "true" }, WebAuthnError.SafetyNetIntegrity },
            { "no profile", Truth with { Payload = payload => payload.Remove("ctsProfileMatch") }, WebAuthnError.SafetyNetIntegrity },
            { "no time", Truth with { Payload = payload => payload.Remove("timestampMs") }, Jws },
            { "a time that is none", Truth with { Payload = payload => payload["timestampMs"] = long.MaxValue }, Jws },
            { "five minutes old", At(-TimeSpan.FromMinutes(5)), WebAuthnError.None },
            { "older", At(-TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1)), WebAuthnError.SafetyNetTimestamp },
            { "a minute ahead", At(TimeSpan.FromMinutes(1)), WebAuthnError.None },
            { "further ahead", At(TimeSpan.FromMinutes(1) + TimeSpan.FromMilliseconds(1)), WebAuthnError.SafetyNetTimestamp },
        };
    }

    [Fact(DisplayName = "§8.5 step 4: the signature is the certified key's, over header and payload")]
    public void Signature()
    {
        using var other = SoftKey.Create(-257);
        Run(Truth, new Lies { SigningKey = other }).ShouldBe(WebAuthnError.SignatureInvalid);
        Run(Truth, new Lies { ClientDataAfterwards = json => [.. json, (byte)' '] }).ShouldBe(WebAuthnError.SafetyNetNonce);
        Run(Truth, new Lies { Certificates = [[0x30, 0]] }).ShouldBe(WebAuthnError.CertificateParse);
    }

    [Theory(DisplayName = "§8.5 step 4: the certified key is one that RS256 is made with")]
    [InlineData(-7)]
    [InlineData(-8)]
    public void Certified_key(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        var leaf = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Certify(key, new X500DistinguishedName("CN=attest.android.com"), []);
        Run(Truth, new Lies { Certificates = [leaf] }).ShouldBe(WebAuthnError.SafetyNetJws);
    }

    private static WebAuthnError Run(SafetyNetLies safetyNet, Lies lies)
        => new GoodRegistration { Authenticator = SafetyNet, Policy = Allowed, Lies = lies with { SafetyNet = safetyNet } }.Run().Failure?.Error ?? WebAuthnError.None;
}
