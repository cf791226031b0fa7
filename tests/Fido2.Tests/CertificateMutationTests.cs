using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>Trusted registrations of every format that has certificates, with one byte of a certificate changed.</summary>
public sealed class CertificateMutationTests
{
    private static readonly SoftAttestationAuthority Maker = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid);

    [Theory(DisplayName = "§7.1 step 24: one bit of every byte of every attestation certificate (bit 0 of the first, 1 of the second, …), and every byte inverted: none is trusted, none throws")]
    [InlineData(SoftAttestation.PackedBasic, 1)]
    [InlineData(SoftAttestation.Tpm, 1)]
    [InlineData(SoftAttestation.AndroidKey, 1)]
    [InlineData(SoftAttestation.Apple, 1)]
    [InlineData(SoftAttestation.FidoU2f, 1)]
    [InlineData(SoftAttestation.Compound, 2)]
    public void Every_byte_of_a_certificate(SoftAttestation attestation, int certificates)
    {
        var ceremony = new GoodRegistration
        {
            Authenticator = new SoftAuthenticator { Attestation = attestation },
            Policy = new RegistrationPolicy { UnknownModels = UnknownModels.Accept },
            Lies = new Lies { CompoundFormats = [SoftAttestation.PackedBasic, SoftAttestation.Apple] },
            Trust = new AttestationTrustSource(roots: [new AttestationRoot(Maker.Root)]),
        };
        var started = ceremony.Begin();
        var response = JsonNode.Parse(ceremony.Answer(started))!;
        var whole = Base64Url.DecodeFromChars((string)response["response"]!["attestationObject"]!);
        Finish(whole).ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();

        // A certificate is a SEQUENCE of more than 255 bytes; nothing else in these statements is.
        var found = CborItem.Read(whole).All.Where(item => item.MajorType == 2 && item.Value is [0x30, 0x82, ..]).ToArray();
        found.Length.ShouldBe(certificates);
        foreach (var certificate in found)
        {
            for (var i = certificate.Content; i < certificate.End; i++)
            {
                foreach (var change in new[] { 1 << ((i - certificate.Content) % 8), 0xFF })
                {
                    byte[] changed = [.. whole];
                    changed[i] ^= (byte)change;
                    Finish(changed).Succeeded.ShouldBeFalse($"{change:x2} at {i - certificate.Content}");
                }
            }
        }

        RegistrationResult Finish(byte[] attestationObject)
        {
            response["response"]!["attestationObject"] = Base64Url.EncodeToString(attestationObject);
            return ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(response.ToJsonString()));
        }
    }
}
