using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>§7.1 step 28, §7.2 step 23: the extensions of §10 and of CTAP 2.2 §12.</summary>
public sealed class ExtensionTests
{
    [Theory(DisplayName = "CTAP 2.2 §12.1: credProtect, where it is enforced, is at least what was asked for")]
    [InlineData("userVerificationOptional", 1, true)]
    [InlineData("userVerificationOptionalWithCredentialIDList", 1, false)]
    [InlineData("userVerificationOptionalWithCredentialIDList", 2, true)]
    [InlineData("userVerificationOptionalWithCredentialIDList", 3, true)]
    [InlineData("userVerificationRequired", 2, false)]
    [InlineData("userVerificationRequired", 3, true)]
    [InlineData("userVerificationRequired", 0, false)]
    [InlineData("userVerificationOptional", 4, false)] // Seen failing on 2026-11-27, with the next: only 1 to 3 exist.
    [InlineData("userVerificationRequired", 100, false)]
    public void CredProtect(string asked, int given, bool isAccepted)
    {
        var inputs = new AuthenticationExtensionsClientInputs { CredentialProtectionPolicy = asked, EnforceCredentialProtectionPolicy = true };
        var registration = new GoodRegistration { Extensions = inputs, Lies = Output("credProtect", given) };
        Check(registration, isAccepted, WebAuthnError.ExtensionCredProtect);
        Check(registration with { Extensions = inputs with { EnforceCredentialProtectionPolicy = false } }, isAccepted: true, WebAuthnError.None);
    }

    [Fact(DisplayName = "CTAP 2.2 §12.1: a level that is missing or no number is no level")]
    public void CredProtect_missing()
    {
        var inputs = new AuthenticationExtensionsClientInputs { CredentialProtectionPolicy = "userVerificationOptional", EnforceCredentialProtectionPolicy = true };
        new GoodRegistration { Extensions = inputs }.Run().ShouldBeRefused(WebAuthnError.ExtensionCredProtect);
        new GoodRegistration { Extensions = inputs, Lies = new Lies { AuthenticatorExtensions = Cbor.Map(("credProtect", Cbor.Text("3"))) } }
            .Run().ShouldBeRefused(WebAuthnError.ExtensionCredProtect);
        new GoodRegistration { Extensions = inputs, Lies = Output("minPinLength", 3) }.Run().ShouldBeRefused(WebAuthnError.ExtensionCredProtect);
        new GoodRegistration
        {
            Extensions = inputs,
            Lies = new Lies { AuthenticatorExtensions = Cbor.Map(("aaaa", Cbor.Map(("b", Cbor.Number(1)))), ("credProtect", Cbor.Number(3))) },
        }.Run().ShouldSucceed();
    }

    [Theory(DisplayName = "CTAP 2.2 §12.5: minPinLength, where the policy wants one")]
    [InlineData(5, false)]
    [InlineData(6, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(-6, false)]
    public void MinPinLength(int given, bool isAccepted)
    {
        var registration = new GoodRegistration { Policy = RegistrationPolicy.Passkeys with { MinimumPinLength = 6 }, Lies = Output("minPinLength", given) };
        Check(registration, isAccepted, WebAuthnError.ExtensionMinPinLength);
        Check(registration with { Policy = RegistrationPolicy.Passkeys }, isAccepted: true, WebAuthnError.None);
        Check(registration with { Lies = new Lies() }, isAccepted: false, WebAuthnError.ExtensionMinPinLength);
    }

    [Theory(DisplayName = "§10.1.5: large blobs that were required are supported")]
    [InlineData("required", """{"largeBlob":{"supported":true}}""", true)]
    [InlineData("required", """{"largeBlob":{"supported":false}}""", false)]
    [InlineData("required", """{"largeBlob":{"supported":"true"}}""", false)]
    [InlineData("required", """{"largeBlob":true}""", false)]
    [InlineData("required", "{}", false)]
    [InlineData("preferred", "{}", true)]
    public void LargeBlob(string support, string outputs, bool isAccepted)
        => Check(
            new GoodRegistration
            {
                Extensions = new AuthenticationExtensionsClientInputs { LargeBlob = new LargeBlobInputs { Support = support } },
                Lies = new Lies { ClientExtensionResults = JsonNode.Parse(outputs)!.AsObject() },
            },
            isAccepted,
            WebAuthnError.ExtensionLargeBlob);

    [Fact(DisplayName = "§10.1.4: of prf only whether it works is kept, never a result")]
    public void Prf()
    {
        const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYyE";
        var record = new GoodRegistration
        {
            Extensions = new AuthenticationExtensionsClientInputs { Prf = new PrfInputs { Eval = new PrfValues { First = "AAAA" } } },
            Lies = new Lies { ClientExtensionResults = new JsonObject { ["prf"] = new JsonObject { ["enabled"] = true, ["results"] = new JsonObject { ["first"] = Secret } } } },
        }.Run().ShouldSucceed();
        record.IsPrfEnabled.ShouldBe(true);
        JsonSerializer.Serialize(record, WebAuthnJsonContext.Default.CredentialRecord).ShouldNotContain(Secret);
    }

    [Fact(DisplayName = "§10.1.6: client data from another machine is refused, in both ceremonies")]
    public void RemoteClientData()
    {
        var lies = new Lies { ClientExtensionResults = new JsonObject { ["remoteClientDataJSON"] = true } };
        new GoodRegistration { Lies = lies }.Run().ShouldBeRefused(WebAuthnError.ExtensionRemoteClientData);
        new GoodAuthentication { Lies = lies }.Run().ShouldBeRefused(WebAuthnError.ExtensionRemoteClientData);
    }

    [Fact(DisplayName = "§7.1 step 28 and §7.2 step 23: outputs nobody asked for are ignored, whatever they are")]
    public void Unsolicited()
    {
        var outputs = JsonNode.Parse("""{"uvm":[[2,4,2]],"hmacCreateSecret":true,"appidExclude":true,"credProps":[],"prf":7,"largeBlob":{"blob":"AAAA"},"x":{"y":{"z":null}}}""")!.AsObject();
        new GoodRegistration { Lies = new Lies { ClientExtensionResults = outputs, AuthenticatorExtensions = Cbor.Map(("hmac-secret", Cbor.Bool(true))) } }
            .Run().ShouldSucceed().IsDiscoverable.ShouldBeNull();
        new GoodAuthentication { Lies = new Lies { ClientExtensionResults = outputs.DeepClone().AsObject() } }.Run().ShouldSucceed();
    }

    [Theory(DisplayName = "§9: an output that decides something is there once, in both ceremonies; parsers differ in which of two they take")]
    [InlineData("""{"appid":true,"appid":false}""")]
    [InlineData("""{"credProps":{"rk":true},"credProps":{}}""")]
    [InlineData("""{"credProps":{"rk":false,"rk":true}}""")]
    [InlineData("""{"credProps":{"rk":"x","rk":true}}""")]
    [InlineData("""{"largeBlob":1,"largeBlob":{"supported":true}}""")]
    [InlineData("""{"prf":{"enabled":true},"prf":{"enabled":true}}""")]
    public void Outputs_twice(string outputs)
    {
        string Send(string json) => json.Replace("\"clientExtensionResults\":{}", "\"clientExtensionResults\":" + outputs, StringComparison.Ordinal);
        var registration = new GoodRegistration { Lies = new Lies { ClientExtensionResults = [] }, OnTheWay = Send };
        registration.Run().ShouldBeRefused(WebAuthnError.RequestMalformed);
        new GoodAuthentication { Lies = new Lies { ClientExtensionResults = [] }, OnTheWay = Send }.Run().ShouldBeRefused(WebAuthnError.RequestMalformed);
    }

    [Fact(DisplayName = "R-API-4: extension inputs round-trip in the words of the specification")]
    public void Inputs()
    {
        const string Json = """{"credProps":true,"appidExclude":"https://a.example","credentialProtectionPolicy":"userVerificationRequired","enforceCredentialProtectionPolicy":true,"minPinLength":true,"largeBlob":{"support":"required"},"prf":{"eval":{"first":"AAAA"},"evalByCredential":{"AQID":{"first":"AAAA","second":"BBBB"}}},"somethingNew":{"a":1}}""";
        var options = JsonSerializer.Deserialize($"{{\"challenge\":\"AAAA\",\"extensions\":{Json}}}", WebAuthnJsonContext.Default.PublicKeyCredentialRequestOptions).ShouldNotBeNull();
        options.ToJson().ShouldContain($"\"extensions\":{Json}");
        options.Extensions.ShouldNotBeNull().Prf.ShouldNotBeNull().EvalByCredential.ShouldNotBeNull()["AQID"].Second.ShouldBe("BBBB");
    }

    [Fact(DisplayName = "§5.4.4: a client that reports another attachment than was asked for is refused; one that is silent is not")]
    public void Attachment()
    {
        GoodRegistration Asked(string? attachment, Action<JsonObject>? json = null) => new() { State = state => state with { AuthenticatorAttachment = attachment }, Lies = new Lies { Json = json } };
        Asked("platform").Run().ShouldSucceed();
        Asked(null).Run().ShouldSucceed();
        Asked("cross-platform").Run().ShouldBeRefused(WebAuthnError.AttachmentMismatch);
        Asked("cross-platform", json => json.Remove("authenticatorAttachment")).Run().ShouldSucceed();
    }

    [Fact(DisplayName = "§5.1.10: what a page signals about credentials")]
    public void Signals()
    {
        byte[] id = [1, 2, 3], user = [4, 5, 6];
        CredentialSignals.UnknownCredential("idp.example", id).ShouldBe("""{"rpId":"idp.example","credentialId":"AQID"}""");
        CredentialSignals.AllAcceptedCredentials("idp.example", user, [id]).ShouldBe("""{"rpId":"idp.example","userId":"BAUG","allAcceptedCredentialIds":["AQID"]}""");
        CredentialSignals.CurrentUserDetails("idp.example", user, "Home", "At home").ShouldBe("""{"rpId":"idp.example","userId":"BAUG","name":"Home","displayName":"At home"}""");
    }

    [Theory(DisplayName = "Level 1 §5.8.1: in conformance mode token binding has its shape; in the specification it is ignored")]
    [InlineData("""{"status":"supported"}""", true)]
    [InlineData("""{"status":"present","id":"AAAA"}""", true)]
    [InlineData("""{"status":"not-supported"}""", true)]
    [InlineData("""{"status":"maybe"}""", false)]
    [InlineData("""{"status":1}""", false)]
    [InlineData("""{"id":"AAAA"}""", false)]
    [InlineData("\"present\"", false)]
    [InlineData("null", false)]
    [InlineData("""
        "supported","status":"supported"
        """, false)]
    public void TokenBinding(string value, bool isAccepted)
    {
        var lies = new Lies { ClientData = json => [.. json[..^1], .. System.Text.Encoding.UTF8.GetBytes($",\"tokenBinding\":{value}}}")] };
        new GoodRegistration { Lies = lies }.Run().ShouldSucceed();
        new GoodAuthentication { Lies = lies }.Run().ShouldSucceed();
        Check(new GoodRegistration { Lies = lies, Mode = EngineMode.Conformance }, isAccepted, WebAuthnError.ClientDataTokenBinding);
        var error = new GoodAuthentication { Lies = lies, Mode = EngineMode.Conformance }.Run().Failure?.Error ?? WebAuthnError.None;
        error.ShouldBe(isAccepted ? WebAuthnError.None : WebAuthnError.ClientDataTokenBinding);
    }

    private static Lies Output(string name, int value) => new() { AuthenticatorExtensions = Cbor.Map((name, Cbor.Number(value))) };

    private static void Check(GoodRegistration registration, bool isAccepted, WebAuthnError otherwise)
        => (registration.Run().Failure?.Error ?? WebAuthnError.None).ShouldBe(isAccepted ? WebAuthnError.None : otherwise);
}
