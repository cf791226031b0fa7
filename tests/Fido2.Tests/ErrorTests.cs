using System.Text.Json;

namespace Moi.Identity.Fido2.Tests;

/// <summary>R 3.13: one stable code a check.</summary>
public sealed class ErrorTests
{
    private static readonly WebAuthnError[] All = [.. Enum.GetValues<WebAuthnError>().Where(error => error != WebAuthnError.None)];

    [Fact(DisplayName = "Every error has one code of its own, and a place in the specification")]
    public void Codes_are_unique()
    {
        var failures = All.Select(error => WebAuthnFailure.Of(error, CeremonyKind.Create)).ToArray();
        failures.Select(failure => failure.Code).ShouldBeUnique();
        foreach (var failure in failures.Concat(All.Select(error => WebAuthnFailure.Of(error, CeremonyKind.Get))))
        {
            failure.Code.ShouldMatch("^[a-z0-9]+\\.[a-z0-9_]+$");
            failure.Section.ShouldStartWith("§");
        }
    }

    [Theory(DisplayName = "The step is counted in the procedure that failed")]
    [InlineData(WebAuthnError.ClientDataOrigin, CeremonyKind.Create, "cdj.origin", "§7.1", "9")]
    [InlineData(WebAuthnError.ClientDataOrigin, CeremonyKind.Get, "cdj.origin", "§7.2", "12")]
    [InlineData(WebAuthnError.CounterRegression, CeremonyKind.Get, "counter.regression", "§7.2", "22")]
    [InlineData(WebAuthnError.CredentialExists, CeremonyKind.Create, "cred.exists", "§7.1", "26")]
    [InlineData(WebAuthnError.PackedEcdaa, CeremonyKind.Create, "packed.ecdaa", "§8.2", "1")]
    [InlineData(WebAuthnError.StateConsumed, CeremonyKind.Get, "state.consumed", "§13.5.3", "")]
    public void Steps(WebAuthnError error, CeremonyKind ceremony, string code, string section, string step)
    {
        var failure = WebAuthnFailure.Of(error, ceremony);
        (failure.Code, failure.Section, failure.Step).ShouldBe((code, section, step));
    }

    [Fact(DisplayName = "A detail stays on one line and says nothing unprintable (CVE-2023-6484)")]
    public void Details_are_printable()
    {
        var failure = WebAuthnFailure.Of(WebAuthnError.ClientDataOrigin, CeremonyKind.Get, "https://evil\r\nfake log line \u202e台灣" + new string('x', 500));
        failure.Detail.ShouldStartWith("https://evil??fake log line ???x");
        failure.Detail.Length.ShouldBe(300);
        failure.ToString().ShouldStartWith("cdj.origin (§7.2 step 12): https://evil");
        var refused = new GoodAuthentication { PageOrigin = "https://evil\r\nexample" }.Run().Failure.ShouldNotBeNull();
        refused.Detail.ShouldBe("https://evil??example");
    }

    [Fact(DisplayName = "No error and unknown errors are not failures")]
    public void None_is_not_a_failure()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => WebAuthnFailure.Of(WebAuthnError.None, CeremonyKind.Get));
        Should.Throw<ArgumentOutOfRangeException>(() => WebAuthnFailure.Of((WebAuthnError)9999, CeremonyKind.Get));
    }

    [Fact(DisplayName = "§5.1.8, §5.1.9: options are the JSON that browsers parse")]
    public void Options_json()
    {
        var creation = JsonDocument.Parse(new GoodRegistration { Exclude = [new PublicKeyCredentialDescriptor { Id = new byte[] { 1, 2, 3 }, Transports = ["usb"] }] }.Begin().Options.ToJson()).RootElement;
        creation.GetProperty("user").GetProperty("id").GetString().ShouldBe("YSBjaXRpemVuJ3MgMzIgYnl0ZXMgb2YgdXNlciBpZC4");
        creation.GetProperty("challenge").GetString()!.Length.ShouldBe(43);
        creation.GetProperty("excludeCredentials")[0].ToString().ShouldBe("""{"type":"public-key","id":"AQID","transports":["usb"]}""");
        creation.GetProperty("authenticatorSelection").ToString().ShouldBe("""{"residentKey":"required","requireResidentKey":true,"userVerification":"required"}""");
        creation.GetProperty("extensions").ToString().ShouldBe("""{"credProps":true}""");

        var (options, _) = new Authentication(new GoodAuthentication().RelyingParty, TimeProvider.System).Start(new AuthenticationRequest());
        var request = JsonDocument.Parse(options.ToJson()).RootElement;
        request.EnumerateObject().Select(member => member.Name).ShouldBe(["challenge", "timeout", "rpId", "allowCredentials", "userVerification", "hints"]);
    }

    [Fact(DisplayName = "R-API-4: options round-trip, with enumeration values nobody knows yet")]
    public void Options_round_trip()
    {
        var options = new GoodRegistration().Begin().Options with { Attestation = "quantum", Hints = ["telepathy"] };
        var again = JsonSerializer.Deserialize(options.ToJson(), WebAuthnJsonContext.Default.PublicKeyCredentialCreationOptions).ShouldNotBeNull();
        again.ToJson().ShouldBe(options.ToJson());
        var other = JsonSerializer.Deserialize("""{"challenge":"AAAA","extensions":{"appid":"https://a","prf":{"eval":{}}}}""", WebAuthnJsonContext.Default.PublicKeyCredentialRequestOptions).ShouldNotBeNull();
        other.ToJson().ShouldContain("\"prf\":{\"eval\":{}}");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize("""{"challenge":"AAB"}""", WebAuthnJsonContext.Default.PublicKeyCredentialRequestOptions));
    }
}
