using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>§8.2.1, "If the related attestation root certificate is used for multiple authenticator models": models that are no FIDO2 ones.</summary>
public sealed class SharedRootTests
{
    private const string OtherKey = "0123456789abcdef0123456789abcdef01234567";
    private static readonly Guid Model = new SoftAuthenticator().Aaguid;
    private static readonly SoftAttestationAuthority Named = SoftAttestationAuthority.Default(Model);
    private static readonly SoftAttestationAuthority Unnamed = new(Model, new CertificateShape { AaguidExtension = false });

    /// <summary>Seen failing on 2026-11-27: models of U2F and UAF were not counted, so that a batch key of theirs vouched for the FIDO2 model.</summary>
    [Theory(DisplayName = "§8.2.1, W2: a model of U2F or UAF with the same root is another model")]
    [InlineData("attestationCertificateKeyIdentifiers", "u2f")]
    [InlineData("aaid", "uaf")]
    public void A_model_without_aaguid(string member, string family)
    {
        JsonObject Other(byte[] root)
        {
            var entry = Entry(root);
            entry.Remove("aaguid");
            entry["metadataStatement"]!["protocolFamily"] = family;
            entry[member] = family == "uaf" ? "4e4e#4005" : new JsonArray(OtherKey);
            return entry;
        }

        With(Unnamed, Entry(Unnamed.Root)).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
        With(Unnamed, Entry(Unnamed.Root), Other(Named.Root)).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();

        var shared = With(Unnamed, Entry(Unnamed.Root), Other(Unnamed.Root));
        shared.Run().ShouldBeRefused(WebAuthnError.TrustChain);
        (shared with { Policy = RegistrationPolicy.Passkeys }).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeFalse();
        (shared with { Policy = new RegistrationPolicy { AllowUnnamedModels = true } }).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
        (shared with { Mode = EngineMode.Conformance }).Run().ShouldSucceed();
        With(Named, Entry(Named.Root), Other(Named.Root)).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
    }

    [Fact(DisplayName = "§8.2.1: one entry with a root twice, or with a root and its renewal, is one model")]
    public void One_model()
    {
        var entry = SoftMetadataService.Entry(Model, [Unnamed.Root, Unnamed.Root, Unnamed.Root.WithTheOtherS()], "FIDO_CERTIFIED_L1");
        With(Unnamed, entry).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
    }

    [Fact(DisplayName = "§8.2.1: a certificate whose very key the metadata have for a model needs no extension to name it")]
    public void Named_by_its_key()
    {
        var maker = new SoftAttestationAuthority(Guid.Empty, new CertificateShape { AaguidExtension = false });
        var registration = With(maker) with { Lies = new Lies { Aaguid = Guid.Empty }, Policy = RegistrationPolicy.Passkeys };
        var own = Entry(maker.Root);
        own.Remove("aaguid");
        own["attestationCertificateKeyIdentifiers"] = new JsonArray(registration.Run().ShouldSucceed().AttestationKeyIdentifier);
        var strict = registration with { Policy = new RegistrationPolicy() };
        (strict with { Trust = TrustPolicyTests.Trust([own, Entry(maker.Root)]) }).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
    }

    private static GoodRegistration With(SoftAttestationAuthority maker, params JsonObject[] entries) => new()
    {
        Policy = new RegistrationPolicy(),
        Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedBasic, Authority = maker },
        Trust = TrustPolicyTests.Trust(entries),
    };

    private static JsonObject Entry(byte[] root) => SoftMetadataService.Entry(Model, [root], "FIDO_CERTIFIED_L1");
}
