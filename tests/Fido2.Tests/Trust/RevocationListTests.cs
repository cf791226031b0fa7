using System.Formats.Asn1;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>RFC 5280 §5, revocation lists: what is read and what is refused.</summary>
public sealed class RevocationListTests
{
    private const string NotDer = "Not a revocation list in DER.";

    private static readonly DateTimeOffset ThisUpdate = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NextUpdate = ThisUpdate.AddDays(7);
    private static readonly SoftCertificate Issuer = SoftCertificate.Root();

    [Fact(DisplayName = "RFC 5280 §5.1: the platform's own lists are read")]
    public void Reads_a_list()
    {
        var list = Read(Issuer.RevocationList(ThisUpdate, NextUpdate, [1], [2, 3]));
        (list.Count, list.ThisUpdate, list.NextUpdate).ShouldBe((2, ThisUpdate, NextUpdate));
        list.Lists(new byte[] { 2, 3 }).ShouldBeTrue();
        list.Lists(new byte[] { 3 }).ShouldBeFalse();
        Read(Issuer.RevocationList(ThisUpdate, NextUpdate)).Count.ShouldBe(0);
    }

    [Theory(DisplayName = "RFC 5280 §5: lists that say something else than they seem to are refused")]
    [MemberData(nameof(Lists))]
    public void Odd_lists(string what, byte[] der, string? expected)
    {
        CertificateRevocationList.TryRead(der, out _, out var fault).ShouldBe(expected is null, what);
        fault.ShouldBe(expected, what);
    }

    public static TheoryData<string, byte[], string?> Lists() => new()
    {
        { "as it should be", Make(), null },
        { "version 1", Make(new ListShape { Version = null }), "The list is of version 1." },
        { "version 3", Make(new ListShape { Version = 2 }), "The list is not of version 2." },
        { "another algorithm inside", Make(new ListShape { Algorithm = "1.2.840.10045.4.3.3" }), "Two signature algorithms." },
        { "no issuer", Make(new ListShape { HasIssuer = false }), "The list has no issuer." },
        { "no nextUpdate", Make(new ListShape { Next = null }), "The list does not say when the next one comes." },
        { "no nextUpdate, and nothing follows", Make(new ListShape { Next = null, HasEntries = false }), "The list does not say when the next one comes." },
        { "nothing revoked", Make(new ListShape { HasEntries = false }), null },
        { "nextUpdate before thisUpdate", Make(new ListShape { Next = ThisUpdate.AddSeconds(-1) }), "The next list comes before this one." },
        { "list number", Make(new ListShape { Extensions = [("2.5.29.20", false)] }), null },
        { "unknown extension", Make(new ListShape { Extensions = [("1.2.3.4", false)] }), null },
        { "unknown critical extension", Make(new ListShape { Extensions = [("1.2.3.4", true)] }), "Critical extension 1.2.3.4." },
        { "an extension twice", Make(new ListShape { Extensions = [("1.2.3.4", false), ("1.2.3.4", false)] }), "An extension is there twice." },
        { "delta", Make(new ListShape { Extensions = [("2.5.29.27", true)] }), "A list of differences." },
        { "delta that is not critical", Make(new ListShape { Extensions = [("2.5.29.27", false)] }), "A list of differences." },
        { "issuing distribution point", Make(new ListShape { Extensions = [("2.5.29.28", true)] }), "A list for some certificates only." },
        { "issuing distribution point that is not critical", Make(new ListShape { Extensions = [("2.5.29.28", false)] }), "A list for some certificates only." },
        { "reason", Make(new ListShape { EntryExtensions = [("2.5.29.21", false)] }), null },
        { "critical entry extension", Make(new ListShape { EntryExtensions = [("1.2.3.4", true)] }), "Critical entry extension 1.2.3.4." },
        { "indirect", Make(new ListShape { EntryExtensions = [("2.5.29.29", true)] }), "A list for other issuers." },
        { "indirect without saying so", Make(new ListShape { EntryExtensions = [("2.5.29.29", false)] }), "A list for other issuers." },
        { "a serial number of 65 bytes", Make(new ListShape { SerialNumber = [1, .. new byte[64]] }), "A serial number is too long." },
        { "bytes after it", [.. Make(), 0], NotDer },
        { "empty", [], NotDer },
        { "PEM", "-----BEGIN X509 CRL-----"u8.ToArray(), NotDer },
    };

    [Fact(DisplayName = "RFC 5280 §5.1.2: a list is current from thisUpdate to nextUpdate, to the second")]
    public void Current()
    {
        var list = Read(Make());
        list.IsCurrent(ThisUpdate.AddSeconds(-1)).ShouldBeFalse();
        list.IsCurrent(ThisUpdate).ShouldBeTrue();
        list.IsCurrent(NextUpdate).ShouldBeTrue();
        list.IsCurrent(NextUpdate.AddSeconds(1)).ShouldBeFalse();
    }

    [Fact(DisplayName = "RFC 5280 §5: a list of more than 4 MiB is not read")]
    public void Length_is_bounded()
    {
        byte[] Long(int length) => Make(new ListShape { Extensions = [("1.2.3.4", false)], ExtensionLength = length });
        CertificateRevocationList.TryRead(Long(CertificateRevocationList.LongestInBytes - 1_000), out _, out _).ShouldBeTrue();
        CertificateRevocationList.TryRead(Long(CertificateRevocationList.LongestInBytes), out _, out var fault).ShouldBeFalse();
        fault.ShouldBe("The list is too long.");
    }

    [Fact(DisplayName = "RFC 5280 §5: a hundred thousand entries at most")]
    public void Entries_are_bounded()
    {
        CertificateRevocationList.TryRead(Make(new ListShape { Entries = 100_000 }), out var list, out _).ShouldBeTrue();
        list.Count.ShouldBe(100_000);
        CertificateRevocationList.TryRead(Make(new ListShape { Entries = 100_001 }), out _, out var fault).ShouldBeFalse();
        fault.ShouldBe("The list has too many entries.");
    }

    [Fact(DisplayName = "RFC 5280 §5: every truncation of a list is refused, every changed byte is noticed, nothing throws")]
    public void Broken_lists()
    {
        var good = Issuer.RevocationList(ThisUpdate, NextUpdate, [1], [2, 3]);
        var issuer = Certificates.PathCertificate.Parse(Issuer.Der);
        Read(good).IsFrom(issuer, allowSha1: false).ShouldBeTrue();
        for (var i = 0; i < good.Length; i++)
        {
            CertificateRevocationList.TryRead(good.AsMemory(0, i), out _, out _).ShouldBeFalse();
            byte[] changed = [.. good[..i], (byte)(good[i] ^ 1), .. good[(i + 1)..]];
            if (CertificateRevocationList.TryRead(changed, out var list, out _))
            {
                list.IsFrom(issuer, allowSha1: false).ShouldBeFalse($"byte {i}");
            }
        }
    }

    [Theory(DisplayName = "RFC 5280 §5: the lists of the metadata chain, as downloaded in 2024")]
    [InlineData("root-r3.crl", 2024, 7, 7)]
    [InlineData("gsextendvalsha2g3r3.crl", 2024, 8, 31)]
    public void Real_lists(string file, int year, int month, int day)
    {
        // Where the recorded ones are not there, one of our own of that day is read.
        var date = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero);
        var list = Read(SharedVectors.TryRead($"crl/{file}") ?? Issuer.RevocationList(date, date.AddDays(7), [.. Enumerable.Range(1, 10).Select(i => new[] { (byte)i })]));
        list.ThisUpdate.Date.ShouldBe(date.Date);
        list.NextUpdate.ShouldBeGreaterThan(list.ThisUpdate);
        list.Count.ShouldBeGreaterThan(5);
    }

    private static CertificateRevocationList Read(byte[] der)
    {
        CertificateRevocationList.TryRead(der, out var list, out var fault).ShouldBeTrue(fault);
        return list.ShouldNotBeNull();
    }

    private static byte[] Make(ListShape? shape = null)
    {
        shape ??= new ListShape();
        return Issuer.Sign(writer =>
        {
            using var body = writer.PushSequence();
            if (shape.Version is { } number)
            {
                writer.WriteInteger(number);
            }

            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(shape.Algorithm);
            }

            writer.WriteEncodedValue(shape.HasIssuer ? Issuer.Name.RawData : [0x30, 0]);
            writer.WriteUtcTime(ThisUpdate);
            if (shape.Next is { } time)
            {
                writer.WriteUtcTime(time);
            }

            if (shape.HasEntries)
            {
                WriteEntries(writer, shape);
            }

            if (shape.Extensions is not null)
            {
                using var wrapper = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
                Write(writer, shape.Extensions, shape.ExtensionLength);
            }
        });
    }

    private static void WriteEntries(AsnWriter writer, ListShape shape)
    {
        using var entries = writer.PushSequence();
        for (var i = 1; i <= shape.Entries; i++)
        {
            using var entry = writer.PushSequence();
            writer.WriteIntegerUnsigned(shape.SerialNumber ?? [1, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
            writer.WriteUtcTime(ThisUpdate);
            Write(writer, shape.EntryExtensions, shape.ExtensionLength);
        }
    }

    private static void Write(AsnWriter writer, (string Oid, bool IsCritical)[]? extensions, int length)
    {
        if (extensions is null)
        {
            return;
        }

        using var sequence = writer.PushSequence();
        foreach (var (oid, isCritical) in extensions)
        {
            using var extension = writer.PushSequence();
            writer.WriteObjectIdentifier(oid);
            if (isCritical)
            {
                writer.WriteBoolean(true);
            }

            writer.WriteOctetString(new byte[length]);
        }
    }

    private sealed record ListShape
    {
        internal int? Version { get; init; } = 1;

        internal string Algorithm { get; init; } = "1.2.840.10045.4.3.2";

        internal bool HasIssuer { get; init; } = true;

        internal DateTimeOffset? Next { get; init; } = NextUpdate;

        internal byte[]? SerialNumber { get; init; }

        internal bool HasEntries { get; init; } = true;

        internal int Entries { get; init; } = 1;

        internal (string Oid, bool IsCritical)[]? Extensions { get; init; }

        internal (string Oid, bool IsCritical)[]? EntryExtensions { get; init; }

        internal int ExtensionLength { get; init; } = 2;
    }
}
