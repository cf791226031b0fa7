using System.Collections;
using System.Text.Json.Nodes;
using Moi.Identity.Fido2.Tests.Trust;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.9, "Compound Attestation Statement Format".</summary>
public sealed class CompoundTests
{
    private static readonly RegistrationPolicy Any = RegistrationPolicy.Passkeys with { CompoundStatements = CompoundStatements.Any };

    private static SoftAuthenticator Compound => new() { Attestation = SoftAttestation.Compound };

    [Fact(DisplayName = "§8.9 step 2: the strongest statement is what is conveyed")]
    public void Good()
    {
        var record = new GoodRegistration { Authenticator = Compound }.Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("compound", AttestationType.AnonCA, 1));
        new GoodRegistration { Authenticator = Compound, Lies = new Lies { CompoundParts = parts => [parts[0], ("none", Cbor.Map(Array.Empty<(string, byte[])>()))] } }
            .Run().ShouldSucceed().AttestationType.ShouldBe(AttestationType.Self);
    }

    [Theory(DisplayName = "§8.9: two statements at least, none of them compound, each with fmt and attStmt")]
    [MemberData(nameof(Malformed))]
    public void Refuses_a_malformed_statement(string what, byte[] statement, WebAuthnError expected)
    {
        new GoodRegistration { Authenticator = Compound, Lies = new Lies { Statement = statement } }.Run().Failure.ShouldNotBeNull(what).Error.ShouldBe(expected, what);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = new Lies { Statement = statement } }.Run().Succeeded.ShouldBeFalse(what);
    }

    public static TheoryData<string, byte[], WebAuthnError> Malformed()
    {
        var empty = Cbor.Map(Array.Empty<(string, byte[])>());
        byte[] Part(string format) => Cbor.Map(("fmt", Cbor.Text(format)), ("attStmt", empty));
        var none = Part("none");
        return new()
        {
            { "a map", empty, WebAuthnError.CompoundMembers },
            { "no statement", Cbor.Array(), WebAuthnError.CompoundMembers },
            { "one statement", Cbor.Array(none), WebAuthnError.CompoundMembers },
            { "nine statements", Cbor.Array([.. Enumerable.Repeat(none, 9)]), WebAuthnError.CompoundMembers },
            { "a statement that is no map", Cbor.Array(none, Cbor.Array()), WebAuthnError.CompoundMembers },
            { "no fmt", Cbor.Array(none, Cbor.Map(("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "no attStmt", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Text("none")))), WebAuthnError.CompoundMembers },
            { "fmt is bytes", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Bytes([1])), ("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "fmt is bytes, and nothing follows", Cbor.Array(none, Cbor.Map(("attStmt", empty), ("fmt", Cbor.Bytes([1])))), WebAuthnError.CompoundMembers },
            { "another member", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Text("none")), ("authData", empty), ("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "a name is a number", Cbor.Array(none, Cbor.Map((1L, empty))), WebAuthnError.CompoundMembers },
            { "nested", Cbor.Array(none, Part("compound")), WebAuthnError.CompoundNested },
            { "unknown", Cbor.Array(Part("apple-appattest"), Part("apple-appattest")), WebAuthnError.AttestationFormatUnknown },
            { "switched off", Cbor.Array(Part("android-safetynet"), Part("android-safetynet")), WebAuthnError.AttestationFormatDisabled },
        };
    }

    [Fact(DisplayName = "§8.9 step 1: one bad statement fails all of them, unless policy is content with any")]
    public void One_bad_statement()
    {
        var lies = new Lies { Apple = new AppleLies { Nonce = new byte[32] } };
        new GoodRegistration { Authenticator = Compound, Lies = lies }.Run().ShouldBeRefused(WebAuthnError.AppleNonce);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = lies }.Run().ShouldSucceed().AttestationType.ShouldBe(AttestationType.Self);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = lies with { Signature = _ => [] } }
            .Run().ShouldBeRefused(WebAuthnError.SignatureEncoding);
    }

    [Theory(DisplayName = "§8.9, §7.1 step 24: where all statements count, each that has certificates leads to an anchor for its own format")]
    [InlineData("packed", "apple", true)]
    [InlineData("packed", "compound", false)]
    [InlineData("apple", "compound", false)]
    [InlineData("tpm", "compound", false)]
    public void Every_statement_is_assessed(string rootFormat, string otherRootFormat, bool isTrusted)
    {
        foreach (var formats in new SoftAttestation[][] { [SoftAttestation.PackedBasic, SoftAttestation.Apple], [SoftAttestation.Apple, SoftAttestation.PackedBasic] })
        {
            var registration = Certified(formats, rootFormat, otherRootFormat);
            var demanding = registration with { Policy = new RegistrationPolicy { UnknownModels = UnknownModels.Accept } };
            (demanding.Run().Failure?.Error ?? WebAuthnError.None).ShouldBe(isTrusted ? WebAuthnError.None : WebAuthnError.TrustNoAnchor);

            // Where no trust is demanded, nothing claims that there is any.
            var record = registration.Run().ShouldSucceed();
            (record.IsAttestationTrusted, record.TrustPathThumbprints.Count).ShouldBe((isTrusted, 2));
        }
    }

    [Theory(DisplayName = "§8.9, §7.1 step 24: where one statement is enough, one that leads to an anchor is")]
    [InlineData("packed", AttestationType.Basic)]
    [InlineData("apple", AttestationType.AnonCA)]
    [InlineData("tpm", null)]
    public void One_trusted_statement(string rootFormat, AttestationType? conveyed)
    {
        var registration = Certified([SoftAttestation.PackedBasic, SoftAttestation.Apple], rootFormat);
        var demanding = registration with
        {
            Policy = new RegistrationPolicy { UnknownModels = UnknownModels.Accept, CompoundStatements = CompoundStatements.Any },
        };
        if (conveyed is null)
        {
            demanding.Run().ShouldBeRefused(WebAuthnError.TrustNoAnchor);
            (registration with { Policy = Any }).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeFalse();
            return;
        }

        foreach (var accepted in new[] { demanding, registration with { Policy = Any } })
        {
            var record = accepted.Run().ShouldSucceed();
            (record.IsAttestationTrusted, record.AttestationType).ShouldBe((true, conveyed.Value));
        }
    }

    [Fact(DisplayName = "§8.9: self attestation beside a trusted statement takes nothing away; alone it is not trusted")]
    public void Self_attestation_beside_it()
    {
        var policy = new RegistrationPolicy { UnknownModels = UnknownModels.Accept };
        (Certified([SoftAttestation.PackedSelf, SoftAttestation.Apple], "apple") with { Policy = policy }).Run().ShouldSucceed().IsAttestationTrusted.ShouldBeTrue();
        (Certified([SoftAttestation.PackedSelf, SoftAttestation.None], "packed") with { Policy = policy }).Run().ShouldBeRefused(WebAuthnError.TrustType);
    }

    [Fact(DisplayName = "§8.9, R-MDS-4: no other statement makes up for one of a compromised batch, or for a denied model")]
    public void Compromised_batch()
    {
        var model = new SoftAuthenticator().Aaguid;
        var maker = SoftAttestationAuthority.Default(model);
        var entry = SoftMetadataService.Entry(model, [maker.Root], "FIDO_CERTIFIED_L1");
        entry["metadataStatement"]!["attestationTypes"] = new JsonArray("basic_full", "anonca");
        var registration = new GoodRegistration
        {
            Authenticator = Compound,
            Lies = new Lies { CompoundFormats = [SoftAttestation.Apple, SoftAttestation.PackedBasic] },
            Policy = new RegistrationPolicy { CompoundStatements = CompoundStatements.Any },
            Trust = TrustPolicyTests.Trust([entry]),
        };
        registration.Run().ShouldSucceed().MetadataNumber.ShouldBe(7);
        (registration with { Policy = registration.Policy with { DeniedAaguids = [model] } }).Run().ShouldBeRefused(WebAuthnError.TrustAaguidDenied);
        entry["statusReports"]!.AsArray().Add(SoftMetadataService.Status("ATTESTATION_KEY_COMPROMISE", batchCertificate: maker.Certificates[0]));
        (registration with { Trust = TrustPolicyTests.Trust([entry]) }).Run().ShouldBeRefused(WebAuthnError.TrustStatus);
    }

    /// <summary>Seen failing on 2026-11-27: metadata and revocation lists were looked up anew for each statement.</summary>
    [Theory(DisplayName = "§8.9, §7.1 step 23: all statements of a response are judged by one edition of the metadata and of the lists")]
    [InlineData(true)]
    [InlineData(false)]
    public void One_edition(bool isMetadata)
    {
        var model = new SoftAuthenticator().Aaguid;
        var maker = SoftAttestationAuthority.Default(model);
        var service = new SoftMetadataService();
        var store = new MetadataStore();
        var trust = new AttestationTrustSource(store);
        void Publish(int number, byte[] root)
        {
            var entry = SoftMetadataService.Entry(model, [root], "FIDO_CERTIFIED_L1");
            entry["metadataStatement"]!["attestationTypes"] = new JsonArray("basic_full", "anonca");
            var blob = service.Blob(new SoftBlob { Number = number, Entries = [entry] });
            store.Offer(blob, MetadataBlobTests.Trust(service), GoodRegistration.Start).Failure.ShouldBeNull();
        }

        // The list of denied models is looked through once for each statement; before the second one the world changes.
        var denied = new Watched(visit =>
        {
            if (visit == 2 && isMetadata)
            {
                Publish(8, new SoftAttestationAuthority(model).Root);
            }
            else if (visit == 2)
            {
                trust.RevocationLists = MetadataBlobTests.Lists([maker.Revoke(maker.Certificates[0], GoodRegistration.Start)]);
            }
        });
        Publish(7, maker.Root);
        var registration = new GoodRegistration
        {
            Authenticator = Compound,
            Lies = new Lies { CompoundFormats = [SoftAttestation.Apple, SoftAttestation.PackedBasic] },
            Policy = new RegistrationPolicy { DeniedAaguids = denied },
            Trust = trust,
        };
        registration.Run().ShouldSucceed().MetadataNumber.ShouldBe(7);
        denied.Visits.ShouldBe(2);

        // The next response meets what is in use by then.
        registration.Run().ShouldBeRefused(isMetadata ? WebAuthnError.TrustNoAnchor : WebAuthnError.TrustRevoked);
    }

    private static GoodRegistration Certified(IReadOnlyList<SoftAttestation> formats, params string[] rootFormats)
    {
        var root = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid).Root;
        return new GoodRegistration
        {
            Authenticator = Compound,
            Lies = new Lies { CompoundFormats = formats },
            Trust = new AttestationTrustSource(roots: [new AttestationRoot(root) { Formats = rootFormats }]),
        };
    }

    /// <summary>An empty list that tells when it is looked through.</summary>
    private sealed class Watched(Action<int> onVisit) : IReadOnlyList<Guid>
    {
        internal int Visits { get; private set; }

        public int Count => 0;

        public Guid this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<Guid> GetEnumerator()
        {
            onVisit(++Visits);
            return Enumerable.Empty<Guid>().GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
