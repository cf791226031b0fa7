using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>Good responses with one thing changed: each must fail, none may throw.</summary>
public sealed class MutationTests
{
    [Theory(DisplayName = "Every bit of an assertion's authenticator data, client data and signature counts")]
    [InlineData(-7)]
    [InlineData(-8)]
    [InlineData(-257)]
    [InlineData(-37)]
    public void Assertion_bits(int algorithm)
    {
        var authenticator = new SoftAuthenticator { Algorithms = [algorithm] };
        var test = new GoodAuthentication { Authenticator = authenticator };
        var record = test.Register();
        var authentication = new Authentication(test.RelyingParty, test.Time);
        var (options, state) = authentication.Start(new AuthenticationRequest { Policy = AuthenticationPolicy.Passkeys });
        var json = authenticator.Get(options.ToJson(), GoodRegistration.Origin);
        Finish(json).ShouldBeTrue();

        foreach (var changed in Flipped(json, "authenticatorData").Concat(Flipped(json, "clientDataJSON")).Concat(Flipped(json, "signature")).Concat(Flipped(json, "userHandle")))
        {
            Finish(changed).ShouldBeFalse(changed);
        }

        bool Finish(string response)
        {
            var reading = authentication.Read(state, Encoding.UTF8.GetBytes(response));
            var ownership = reading.Succeeded ? authentication.Own(reading.Response, record) : null;
            return ownership is { Succeeded: true } && authentication.Finish(ownership.Owned).Succeeded;
        }
    }

    [Theory(DisplayName = "Every bit of an attested registration's authenticator data, client data and signature counts")]
    [InlineData(SoftAttestation.PackedSelf)]
    [InlineData(SoftAttestation.PackedBasic)]
    [InlineData(SoftAttestation.Tpm)]
    [InlineData(SoftAttestation.AndroidKey)]
    [InlineData(SoftAttestation.Apple)]
    [InlineData(SoftAttestation.Compound)]
    public void Registration_bits(SoftAttestation attestation)
    {
        byte[] signature = [], authenticatorData = [];
        var ceremony = new GoodRegistration
        {
            Authenticator = new SoftAuthenticator { Attestation = attestation },
            Lies = new Lies { Signature = made => signature = made, AuthenticatorDataAfterwards = data => authenticatorData = data },
        };
        var started = ceremony.Begin();
        var json = ceremony.Answer(started);
        Finish(json).ShouldBeTrue();

        var whole = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]!["attestationObject"]!);

        // apple has no signature: the nonce in its certificate covers these data (§8.8 step 4).
        (signature.Length == 0).ShouldBe(attestation == SoftAttestation.Apple);
        var parts = new[] { signature, authenticatorData }.Where(part => part.Length > 0).Select(part => (Start: whole.AsSpan().IndexOf(part), part.Length));
        foreach (var (start, length) in parts)
        {
            start.ShouldBePositive();
            for (var bit = 0; bit < 8 * length; bit++)
            {
                byte[] changed = [.. whole];
                changed[start + (bit / 8)] ^= (byte)(1 << (bit % 8));
                Finish(With(json, "attestationObject", changed)).ShouldBeFalse($"bit {bit} of {length} bytes at {start}");
            }
        }

        foreach (var changed in Flipped(json, "clientDataJSON"))
        {
            Finish(changed).ShouldBeFalse(changed);
        }

        bool Finish(string response) => ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(response)).Succeeded;
    }

    [Fact(DisplayName = "§8.6 step 5: every bit of a fido-u2f registration counts, except what U2F does not sign and no other rule reads: counter, reserved flags, BE and AAGUID")]
    public void U2f_bits()
    {
        const int Flags = 32, Counter = 33, Aaguid = 37, IdLength = 53;
        const byte Reserved = 0x22, BackupEligible = 0x08;
        byte[] signature = [], authenticatorData = [];
        var ceremony = new GoodRegistration
        {
            Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.FidoU2f },
            Lies = new Lies { Signature = made => signature = made, AuthenticatorDataAfterwards = data => authenticatorData = data },
            Trust = new AttestationTrustSource(roots: [new AttestationRoot(SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Root)]),
        };
        foreach (var demanding in new[] { ceremony, ceremony with { Policy = new RegistrationPolicy { UnknownModels = UnknownModels.Accept } } })
        {
            var isDemanding = demanding != ceremony;
            var started = demanding.Begin();
            var json = demanding.Answer(started);
            Finish(json).ShouldBeTrue();
            var whole = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]!["attestationObject"]!);
            Each(signature, (_, _) => false);

            // The certificate names the model, so that a trusted registration cannot name another.
            Each(authenticatorData, (place, bit) => place is >= Counter and < Aaguid
                || (place is >= Aaguid and < IdLength && !isDemanding)
                || (place == Flags && ((bit & Reserved) != 0 || (bit == BackupEligible && !isDemanding))));
            foreach (var changed in Flipped(json, "clientDataJSON"))
            {
                Finish(changed).ShouldBeFalse(changed);
            }

            void Each(byte[] part, Func<int, int, bool> isUnsigned)
            {
                var start = whole.AsSpan().IndexOf(part);
                start.ShouldBePositive();
                for (var bit = 0; bit < 8 * part.Length; bit++)
                {
                    byte[] changed = [.. whole];
                    changed[start + (bit / 8)] ^= (byte)(1 << (bit % 8));
                    Finish(With(json, "attestationObject", changed)).ShouldBe(isUnsigned(bit / 8, 1 << (bit % 8)), $"bit {bit % 8} of byte {bit / 8}");
                }
            }

            bool Finish(string response) => demanding.Registration.Finish(started.State, Encoding.UTF8.GetBytes(response)).Succeeded;
        }
    }

    [Fact(DisplayName = "Every truncation of a response is refused, every changed byte is a verdict (W10)")]
    public void Response_bytes()
    {
        var ceremony = new GoodRegistration { Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedBasic } };
        var started = ceremony.Begin();
        var registration = Encoding.UTF8.GetBytes(ceremony.Answer(started));
        var authentication = new Authentication(ceremony.RelyingParty, ceremony.Time);
        var (options, state) = authentication.Start(new AuthenticationRequest());
        var assertion = Encoding.UTF8.GetBytes(ceremony.Authenticator.Get(options.ToJson(), GoodRegistration.Origin));

        foreach (var replacement in new byte[] { 0, (byte)'"', (byte)'A', (byte)'\\', 0xFF })
        {
            Each(registration, replacement, bytes => ceremony.Registration.Finish(started.State, bytes).ShouldNotBeNull());
            Each(assertion, replacement, bytes => authentication.Read(state, bytes).ShouldNotBeNull());
        }

        for (var length = 0; length < registration.Length; length++)
        {
            ceremony.Registration.Finish(started.State, registration.AsMemory(0, length)).Succeeded.ShouldBeFalse();
        }

        for (var length = 0; length < assertion.Length; length++)
        {
            authentication.Read(state, assertion.AsMemory(0, length)).Succeeded.ShouldBeFalse();
        }

        static void Each(byte[] good, byte replacement, Action<byte[]> finish)
        {
            for (var i = 0; i < good.Length; i++)
            {
                finish([.. good[..i], replacement, .. good[(i + 1)..]]);
            }
        }
    }

    [Fact(DisplayName = "Every byte of an attestation object, in every value, is a verdict (W10)")]
    public void Attestation_object_bytes()
    {
        var ceremony = new GoodRegistration { Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedSelf } };
        var started = ceremony.Begin();
        var json = ceremony.Answer(started);
        var whole = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]!["attestationObject"]!);
        for (var i = 0; i < whole.Length; i++)
        {
            for (var value = 0; value < 256; value += 15)
            {
                byte[] changed = [.. whole];
                changed[i] = (byte)value;
                var accepted = ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(With(json, "attestationObject", changed))).Succeeded;
                (accepted && !changed.AsSpan().SequenceEqual(whole)).ShouldBeFalse($"byte {i} = {value}");
            }
        }
    }

    [Theory(DisplayName = "Every byte of a statement changed, and one truncation in five of its object, is a verdict (W10)")]
    [InlineData(SoftAttestation.FidoU2f)]
    [InlineData(SoftAttestation.Tpm)]
    [InlineData(SoftAttestation.AndroidKey)]
    [InlineData(SoftAttestation.SafetyNet)]
    [InlineData(SoftAttestation.Apple)]
    [InlineData(SoftAttestation.Compound)]
    public void Statement_bytes(SoftAttestation attestation)
    {
        var ceremony = new GoodRegistration
        {
            Authenticator = new SoftAuthenticator { Attestation = attestation },
            Policy = RegistrationPolicy.Passkeys with { AllowAndroidSafetyNet = true },
            Lies = new Lies { SafetyNet = new SafetyNetLies { Timestamp = GoodRegistration.Start } },
        };
        var started = ceremony.Begin();
        var json = ceremony.Answer(started);
        var whole = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]!["attestationObject"]!);
        Finish(whole).Succeeded.ShouldBeTrue();
        for (var i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= (byte)(1 << (i % 8));
            Finish(changed).ShouldNotBeNull();
            changed[i] = (byte)~whole[i];
            Finish(changed).ShouldNotBeNull();
            if (i % 5 == 0)
            {
                Finish(whole[..i]).Succeeded.ShouldBeFalse();
            }
        }

        RegistrationResult Finish(byte[] attestationObject)
            => ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(With(json, "attestationObject", attestationObject)));
    }

    private static IEnumerable<string> Flipped(string json, string member)
    {
        var good = Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]![member]!);
        for (var bit = 0; bit < 8 * good.Length; bit++)
        {
            byte[] changed = [.. good];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return With(json, member, changed);
        }
    }

    private static string With(string json, string member, byte[] value)
    {
        var node = JsonNode.Parse(json)!;
        node["response"]![member] = Base64Url.EncodeToString(value);
        return node.ToJsonString();
    }
}
