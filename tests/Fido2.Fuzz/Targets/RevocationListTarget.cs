using System.Formats.Asn1;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

internal sealed class RevocationListTarget : FuzzTarget
{
    internal override string Name => "revocation-list";

    internal override IReadOnlyList<Type> Parsers => [typeof(CertificateRevocationList), typeof(Certificates.SignedStructure)];

    internal override IReadOnlyList<byte[]> Words => DerWords.Certificates;

    internal override int LongestInput => 2048;

    internal override bool Run(byte[] input)
    {
        var isRead = CertificateRevocationList.TryRead(input, out var list, out var fault);
        Invariant.Holds(isRead == list is not null && isRead == fault is null, "Neither a list nor a fault, or both.");
        if (list is null)
        {
            Invariant.IsOneLine(fault!);
            return false;
        }

        Invariant.Holds(list.ThisUpdate <= list.NextUpdate && list.IsCurrent(list.ThisUpdate), "A list that was never current.");
        Invariant.IsWhole(input, other => CertificateRevocationList.TryRead(other, out _, out _));
        var serialNumbers = SerialNumbers(input);
        Invariant.Holds(serialNumbers.All(number => list.Lists(number)), "A revoked certificate is not listed.");
        Invariant.Holds(list.Count == serialNumbers.Select(number => Convert.ToHexString(number.Span)).Distinct().Count(), "Entries were lost, or made.");
        return true;
    }

    /// <summary>The entries, found with nothing but the tags.</summary>
    private static List<ReadOnlyMemory<byte>> SerialNumbers(byte[] der)
    {
        var body = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        for (var i = 0; i < 5; i++)
        {
            // version, algorithm, issuer, thisUpdate, nextUpdate
            body.ReadEncodedValue();
        }

        var found = new List<ReadOnlyMemory<byte>>();
        if (body.HasData && body.PeekTag() == Asn1Tag.Sequence)
        {
            var entries = body.ReadSequence();
            while (entries.HasData)
            {
                found.Add(entries.ReadSequence().ReadIntegerBytes());
            }
        }

        return found;
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var (root, now) = (SoftCertificate.Root(), Seeding.SoftCeremonies.Now);
        yield return ("empty", root.RevocationList(now, now.AddDays(7)));
        yield return ("entries", root.RevocationList(now, now.AddDays(7), [1, 2, 3], [0x40, 0], root.SerialNumber));
        yield return ("generalized-time", root.RevocationList(now.AddYears(30), now.AddYears(31), [1]));
        foreach (var (name, extension, value) in new[] { ("delta", "2.5.29.27", Der.Number(1)), ("distribution-point", "2.5.29.28", Der.Sequence()), ("number", "2.5.29.20", Der.Number(5)) })
        {
            yield return (name, root.Sign(writer =>
            {
                using (writer.PushSequence())
                {
                    writer.WriteInteger(1);
                    writer.WriteEncodedValue(Der.Sequence(Der.Oid("1.2.840.10045.4.3.2")));
                    writer.WriteEncodedValue(root.Name.RawData);
                    writer.WriteUtcTime(now);
                    writer.WriteUtcTime(now.AddDays(1));
                    writer.WriteEncodedValue(Der.Tagged(0, Der.Sequence(Der.Sequence(Der.Oid(extension), [0x01, 0x01, 0xFF], Der.OctetString(value)))));
                }
            }));
        }
    }
}
