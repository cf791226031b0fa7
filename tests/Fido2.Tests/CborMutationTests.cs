using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>Good registrations of every format, with one CBOR item in another encoding of the same value: CTAP 2.2 §8.</summary>
public sealed class CborMutationTests
{
    public static TheoryData<SoftAttestation> Formats() => [.. Enum.GetValues<SoftAttestation>()];

    [Theory(DisplayName = "§6.5.4, CTAP 2.2 §8: every item of an attestation object in every other encoding of it is refused; the order of members is free")]
    [MemberData(nameof(Formats))]
    public void Attestation_objects(SoftAttestation attestation)
    {
        var ceremony = Ceremony(attestation);
        var started = ceremony.Begin();
        var json = ceremony.Answer(started);
        Finish(json).ShouldSucceed();
        var whole = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]!["attestationObject"]!);
        foreach (var item in CborItem.Read(whole).All)
        {
            foreach (var (what, changed) in item.NotCanonical(isSorted: false))
            {
                var node = JsonNode.Parse(json)!;
                node["response"]!["attestationObject"] = Base64Url.EncodeToString(changed);
                Finish(node.ToJsonString()).Failure.ShouldNotBeNull($"{what} at {item.Start}").Error.ShouldBe(WebAuthnError.AttestationCbor, $"{what} at {item.Start}");
            }
        }

        RegistrationResult Finish(string response) => ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(response));
    }

    [Theory(DisplayName = "§6.5.1, CTAP 2.2 §8: every item of a credential key in every other encoding of it is refused, whatever was signed")]
    [MemberData(nameof(Formats))]
    public void Credential_keys(SoftAttestation attestation)
    {
        using var key = SoftKey.Create(-7);
        foreach (var item in CborItem.Read(key.CoseKey).All)
        {
            foreach (var (what, changed) in item.NotCanonical(isSorted: true))
            {
                var result = (Ceremony(attestation) with { Lies = Lies with { CoseKey = changed } }).Run();
                result.Failure.ShouldNotBeNull($"{what} at {item.Start}").Error.ShouldBe(WebAuthnError.KeyCbor, $"{what} at {item.Start}");
            }
        }
    }

    [Theory(DisplayName = "§6.5.1, CTAP 2.2 §8: the same for the keys of every other kind")]
    [InlineData(-8)]
    [InlineData(-257)]
    [InlineData(-48)]
    public void Credential_keys_of_other_kinds(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        new GoodRegistration { Lies = new Lies { CoseKey = key.CoseKey } }.Run().ShouldSucceed();
        foreach (var item in CborItem.Read(key.CoseKey).All)
        {
            foreach (var (what, changed) in item.NotCanonical(isSorted: true))
            {
                new GoodRegistration { Lies = new Lies { CoseKey = changed } }.Run().Failure.ShouldNotBeNull($"{what} at {item.Start}").Error
                    .ShouldBe(WebAuthnError.KeyCbor, $"{what} at {item.Start}");
            }
        }
    }

    [Fact(DisplayName = "§6.1, CTAP 2.2 §8: every item of an extension map in every other encoding of it is refused")]
    public void Extension_maps()
    {
        var map = Cbor.Map(("prf", Cbor.Map(("a", Cbor.Array(Cbor.Bytes([1]))))), ("credProtect", Cbor.Number(-2)));
        new GoodRegistration { Lies = new Lies { AuthenticatorExtensions = map } }.Run().ShouldSucceed();
        foreach (var item in CborItem.Read(map).All)
        {
            foreach (var (what, changed) in item.NotCanonical(isSorted: true))
            {
                new GoodRegistration { Lies = new Lies { AuthenticatorExtensions = changed } }.Run().Failure.ShouldNotBeNull($"{what} at {item.Start}").Error
                    .ShouldBe(WebAuthnError.AuthenticatorDataExtensions, $"{what} at {item.Start}");
            }
        }
    }

    private static Lies Lies => new() { SafetyNet = new SafetyNetLies { Timestamp = GoodRegistration.Start } };

    private static GoodRegistration Ceremony(SoftAttestation attestation) => new()
    {
        Authenticator = new SoftAuthenticator { Attestation = attestation },
        Policy = RegistrationPolicy.Passkeys with { AllowAndroidSafetyNet = true },
        Lies = Lies,
    };
}
