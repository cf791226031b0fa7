using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>R-MDS-2 to 4: which BLOB is in use, and what a new one changes.</summary>
public sealed class MetadataStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Model = new("11111111-2222-3333-4444-555555555555");
    private static readonly SoftMetadataService Service = new();
    private static readonly MetadataTrust Trust = MetadataBlobTests.Trust(Service);

    [Fact(DisplayName = "R-MDS-2: the number never goes back, and two BLOBs never share one")]
    public void Rollback()
    {
        var store = new MetadataStore();
        store.Current.ShouldBeNull();
        var first = Service.Blob(new SoftBlob { Number = 7 });
        Offer(store, first).ShouldBe((MetadataOutcome.Replaced, 7, MetadataError.None));
        Offer(store, first).ShouldBe((MetadataOutcome.Unchanged, 7, MetadataError.None));
        Offer(store, Service.Blob(new SoftBlob { Number = 6 })).ShouldBe((MetadataOutcome.Refused, 7, MetadataError.Rollback));
        Offer(store, Service.Blob(new SoftBlob { Number = 7, NextUpdate = "2026-10-01" })).ShouldBe((MetadataOutcome.Refused, 7, MetadataError.Rollback));
        store.LastFailure.ShouldNotBeNull().Detail.ShouldBe("Number 7; number 7 is known.");
        Offer(store, Service.Blob(new SoftBlob { Number = 8 })).ShouldBe((MetadataOutcome.Replaced, 8, MetadataError.None));
        store.LastFailure.ShouldBeNull();
        Offer(store, first).ShouldBe((MetadataOutcome.Refused, 8, MetadataError.Rollback));
    }

    [Fact(DisplayName = "R-MDS-2: the number survives a restart")]
    public void Rollback_over_a_restart()
    {
        Offer(new MetadataStore(newestKnown: 8), Service.Blob(new SoftBlob { Number = 7 })).ShouldBe((MetadataOutcome.Refused, null, MetadataError.Rollback));
        Offer(new MetadataStore(newestKnown: 7), Service.Blob(new SoftBlob { Number = 7 })).ShouldBe((MetadataOutcome.Replaced, 7, MetadataError.None));
    }

    [Fact(DisplayName = "R-MDS-3: a broken, foreign or stale BLOB changes nothing, and the reason is told")]
    public void The_last_good_one_stays()
    {
        var store = new MetadataStore();
        Offer(store, Service.Blob(new SoftBlob { Number = 7 }));
        var good = store.Current;
        foreach (var (blob, error) in new[]
        {
            ("nothing"u8.ToArray(), MetadataError.Malformed),
            (Service.Blob(new SoftBlob { Number = 8, Signature = signature => [.. signature.Reverse()] }), MetadataError.Signature),
            (new SoftMetadataService().Blob(new SoftBlob { Number = 8 }), MetadataError.SignerUntrusted),
            (Service.Blob(new SoftBlob { Number = 8, NextUpdate = "2026-01-01" }), MetadataError.Stale),
            (Service.Blob(new SoftBlob { Number = 8, Payload = payload => payload.Remove("entries") }), MetadataError.Payload),
        })
        {
            Offer(store, blob).ShouldBe((MetadataOutcome.Refused, 7, error));
            store.Current.ShouldBeSameAs(good);
            store.LastFailure.ShouldNotBeNull().Error.ShouldBe(error);
        }

        // However old it gets, it is better than none; the caller sees its age.
        good!.IsStale(Now.AddYears(1), TimeSpan.FromDays(7)).ShouldBeTrue();
        store.Current.ShouldBeSameAs(good);
    }

    [Fact(DisplayName = "R-MDS-2: of many BLOBs offered at once the highest number wins")]
    public void Concurrent_offers()
    {
        var blobs = Enumerable.Range(1, 40).Select(number => Service.Blob(new SoftBlob { Number = number })).ToArray();
        var store = new MetadataStore();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<long>();
        Parallel.ForEach(blobs, blob =>
        {
            if (store.Offer(blob, Trust, Now) is { Outcome: MetadataOutcome.Replaced } offer)
            {
                offer.Current!.Number.ShouldBeGreaterThan(offer.Previous?.Number ?? 0);
                seen.Enqueue(offer.Current.Number);
            }
        });
        store.Current!.Number.ShouldBe(40);
        seen.ShouldContain(40);
    }

    [Theory(DisplayName = "R-MDS-4: what a new BLOB says about credentials that are enrolled")]
    [InlineData("FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L1", ModelStanding.Good, false, false)]
    [InlineData("FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L1 USER_KEY_REMOTE_COMPROMISE", ModelStanding.Compromised, true, true)]
    [InlineData("FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L1 REVOKED", ModelStanding.Compromised, true, true)]
    [InlineData("FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L1 UPDATE_AVAILABLE", ModelStanding.Good, true, false)]
    [InlineData("FIDO_CERTIFIED_L2", "FIDO_CERTIFIED_L1", ModelStanding.Good, true, true)]
    [InlineData("FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L2", ModelStanding.Good, true, false)]
    [InlineData("REVOKED", "FIDO_CERTIFIED_L1", ModelStanding.Good, true, false)]
    [InlineData("", "FIDO_CERTIFIED_L1", ModelStanding.Good, true, false)]
    [InlineData("FIDO_CERTIFIED_L1", "", ModelStanding.Unknown, true, true)]
    public void Reviews(string before, string after, ModelStanding standing, bool hasChanged, bool isWorse)
    {
        var change = ModelReview.Compare(Credential(), Snapshot(before), Snapshot(after), Now);
        (change.After.Standing, change.HasChanged, change.IsWorse).ShouldBe((standing, hasChanged, isWorse));
    }

    [Fact(DisplayName = "R-MDS-4: a status about a batch concerns that batch")]
    public void Batches()
    {
        var (root, other) = (SoftCertificate.Root(), SoftCertificate.Root());
        var entry = SoftMetadataService.Entry(Model, [root.Der]);
        entry["statusReports"] = new JsonArray(SoftMetadataService.Status("ATTESTATION_KEY_COMPROMISE", batchCertificate: other.Der));
        var snapshot = Snapshot(entry);
        ModelReview.Of(Credential(), snapshot, Now).Standing.ShouldBe(ModelStanding.Good);
        ModelReview.Of(Credential() with { TrustPathThumbprints = [Thumbprint(other)] }, snapshot, Now).Standing.ShouldBe(ModelStanding.Compromised);
        ModelReview.Of(Credential() with { TrustAnchorThumbprint = Thumbprint(other) }, snapshot, Now).Standing.ShouldBe(ModelStanding.Compromised);
        ModelReview.Of(Credential() with { TrustAnchorThumbprint = Thumbprint(root) }, snapshot, Now).Standing.ShouldBe(ModelStanding.Good);

        // Seen failing on 2026-11-27: enrolled with other bytes of the same certificate, or by another certificate of the same root key.
        var enrolled = Credential() with { TrustPathThumbprints = [new string('0', 64)], AttestationKeyIdentifier = KeyIdentifier(other) };
        ModelReview.Of(enrolled, snapshot, Now).Standing.ShouldBe(ModelStanding.Compromised);
        ModelReview.Of(enrolled with { AttestationKeyIdentifier = KeyIdentifier(root) }, snapshot, Now).Standing.ShouldBe(ModelStanding.Good);
        entry["metadataStatement"]!["attestationRootCertificates"]!.AsArray().Add(Convert.ToBase64String(other.Der.WithTheOtherS()));
        var anchor = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(other.Der.WithTheOtherS()));
        ModelReview.Of(Credential() with { TrustAnchorThumbprint = anchor }, Snapshot(entry), Now).Standing.ShouldBe(ModelStanding.Compromised);
    }

    [Fact(DisplayName = "R-MDS-4: a root that was taken out of the metadata no longer vouches")]
    public void Withdrawn_roots()
    {
        var root = SoftCertificate.Root();
        var credential = Credential() with { TrustAnchorThumbprint = Thumbprint(root) };
        var change = ModelReview.Compare(
            credential, Snapshot(SoftMetadataService.Entry(Model, [root.Der])), Snapshot(SoftMetadataService.Entry(Model, [SoftCertificate.Root().Der])), Now);
        (change.Before.Standing, change.After.Standing, change.IsWorse).ShouldBe((ModelStanding.Good, ModelStanding.RootWithdrawn, true));
    }

    [Fact(DisplayName = "R-MDS-4: without a BLOB to compare with, the level at the registration counts")]
    public void First_review()
    {
        ModelReview.Compare(Credential() with { CertificationLevel = CertificationLevel.Level2 }, null, Snapshot("FIDO_CERTIFIED_L1"), Now).IsWorse.ShouldBeTrue();
        ModelReview.Compare(Credential() with { CertificationLevel = CertificationLevel.Level1 }, null, Snapshot("FIDO_CERTIFIED_L1"), Now).IsWorse.ShouldBeFalse();
    }

    [Fact(DisplayName = "R-MDS-4: authenticators without AAGUID are reviewed by the key of their certificate")]
    public void Key_identifiers()
    {
        var entry = SoftMetadataService.Entry(Model, [], "REVOKED");
        entry.Remove("aaguid");
        entry["attestationCertificateKeyIdentifiers"] = new JsonArray(new string('a', 40));
        var credential = Credential() with { Aaguid = Guid.Empty };
        ModelReview.Of(credential, Snapshot(entry), Now).Standing.ShouldBe(ModelStanding.Unknown);
        ModelReview.Of(credential with { AttestationKeyIdentifier = new string('a', 40) }, Snapshot(entry), Now).Standing.ShouldBe(ModelStanding.Compromised);
    }

    private static (MetadataOutcome, long?, MetadataError) Offer(MetadataStore store, byte[] blob)
    {
        var offer = store.Offer(blob, Trust, Now);
        offer.Current.ShouldBeSameAs(store.Current);
        return (offer.Outcome, offer.Current?.Number, offer.Failure?.Error ?? MetadataError.None);
    }

    private static MetadataSnapshot Snapshot(string statuses)
        => statuses.Length == 0 ? Snapshot() : Snapshot(SoftMetadataService.Entry(Model, [], statuses.Split(' ')));

    private static MetadataSnapshot Snapshot(params JsonObject[] entries)
        => MetadataBlob.Read(Service.Blob(new SoftBlob { Entries = entries }), Trust, Now).Snapshot.ShouldNotBeNull();

    private static string Thumbprint(SoftCertificate certificate) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.Der));

    private static string KeyIdentifier(SoftCertificate certificate) => Certificates.PathCertificate.Parse(certificate.Der).KeyIdentifier();

    private static CredentialRecord Credential() => new()
    {
        Id = new byte[32],
        RelyingPartyId = "idp.example",
        UserHandle = new byte[32],
        PublicKey = new byte[1],
        SignCount = 0,
        IsUserVerificationInitialized = true,
        IsBackupEligible = false,
        IsBackedUp = false,
        Status = CredentialStatus.Active,
        Aaguid = Model,
    };
}
