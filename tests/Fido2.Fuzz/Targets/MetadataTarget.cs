using System.Buffers.Text;
using System.Text;
using Moi.Identity.Fido2.Metadata;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The payload of a BLOB.</summary>
internal sealed class MetadataTarget : FuzzTarget
{
    private static readonly byte[][] Dictionary = JsonWords.With(
        "legalHeader", "no", "nextUpdate", "entries", "aaguid", "aaid", "attestationCertificateKeyIdentifiers", "metadataStatement", "statusReports",
        "timeOfLastStatusChange", "rogueListURL", "rogueListHash", "description", "protocolFamily", "authenticationAlgorithms", "attestationTypes",
        "keyProtection", "attestationRootCertificates", "status", "effectiveDate", "certificate", "batchCertificate", "url");

    internal override string Name => "metadata-payload";

    internal override IReadOnlyList<Type> Parsers => [typeof(BlobReader), typeof(MetadataSnapshot), typeof(MetadataEntry)];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override bool Run(byte[] input)
    {
        MetadataSnapshot snapshot;
        try
        {
            snapshot = BlobReader.Read(input, input);
        }
        catch (MetadataException refusal)
        {
            Invariant.Holds(refusal.Failure.Error is MetadataError.Payload or MetadataError.LegalHeader, "A payload is refused with another code.");
            Invariant.IsOneLine(refusal.Failure.Detail);
            return false;
        }

        Invariant.Holds(snapshot.Number > 0 && !string.IsNullOrWhiteSpace(snapshot.LegalHeader), "no, legalHeader");
        foreach (var omission in snapshot.Omissions)
        {
            Invariant.IsOneLine(omission);
        }

        foreach (var entry in snapshot.Entries)
        {
            Invariant.Holds(
                (entry.Aaguid is { } aaguid && snapshot.TryFind(aaguid, out var byAaguid) && ReferenceEquals(byAaguid, entry))
                    || (entry.Aaid is { } aaid && snapshot.TryFindAaid(aaid, out var byAaid) && ReferenceEquals(byAaid, entry))
                    || entry.KeyIdentifiers.Any(key => snapshot.TryFindKeyIdentifier(key, out var byKey) && ReferenceEquals(byKey, entry)),
                "An entry that nobody finds.");
            entry.CertificationAt(Seeding.SoftCeremonies.Now);
            Invariant.Holds(entry.RootThumbprints.All(thumbprint => thumbprint.Length == 64), "A root without a thumbprint.");
        }

        snapshot.IsStale(Seeding.SoftCeremonies.Now, TimeSpan.FromDays(7));
        return true;
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var aaguid = new SoftAuthenticator().Aaguid;
        var root = SoftAttestationAuthority.Default(aaguid).Root;
        yield return ("empty", Payload(new SoftBlob()));
        yield return ("entry", Payload(new SoftBlob { Entries = [SoftMetadataService.Entry(aaguid, [root], "FIDO_CERTIFIED_L1", "REVOKED")] }));
        (string, string)[] texts =
        [
            ("u2f", """{"legalHeader":"x","no":1,"nextUpdate":"2026-09-01","entries":[{"attestationCertificateKeyIdentifiers":["AB","ab",null],"statusReports":[{"status":"NOT_FIDO_CERTIFIED","batchCertificate":"AAAA"},null]}]}"""),
            ("uaf", """{"legalHeader":"x","no":1,"nextUpdate":"2026-09-01","entries":[{"aaid":"4e4e#4005","metadataStatement":null},null,{}]}"""),
            ("same", """{"legalHeader":"x","no":1,"nextUpdate":"2026-09-01","entries":[{"aaid":"A"},{"aaid":"a"}]}"""),
            ("no-date", """{"legalHeader":"x","no":1,"nextUpdate":"2026-9-1","entries":[]}"""),
            ("wrong-types", """{"legalHeader":"x","no":"1","entries":{}}"""),
            ("twice", """{"no":1,"no":2}"""),
            ("roots", """{"legalHeader":"x","no":9223372036854775807,"nextUpdate":"9999-12-31","entries":[{"aaguid":"00000000-0000-0000-0000-000000000000","metadataStatement":{"attestationRootCertificates":["AAAA"," A A A A ","A",null]},"statusReports":[{"status":null,"effectiveDate":"x","certificate":"?"}]}]}"""),
        ];
        foreach (var (name, text) in texts)
        {
            yield return (name, Encoding.UTF8.GetBytes(text));
        }
    }

    private static byte[] Payload(SoftBlob blob)
        => Base64Url.DecodeFromChars(Encoding.ASCII.GetString(new SoftMetadataService().Blob(blob)).Split('.')[1]);
}
