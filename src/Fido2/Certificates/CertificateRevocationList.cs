using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using Moi.Identity.Fido2.Certificates;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2;

/// <summary>A certificate revocation list; RFC 5280 §5. Immutable.</summary>
/// <remarks>
/// The platform cannot read one. Reading it says nothing about who made it: its signature is checked where it is used,
/// with the key of the certificate that issued it. Only complete version 2 lists are read: a list for some
/// certificates only (issuing distribution point), one for other issuers (indirect) and one of differences (delta) say
/// nothing about a certificate that they do not name.
/// </remarks>
public sealed class CertificateRevocationList
{
    /// <summary>The longest list that is read, in bytes.</summary>
    public const int LongestInBytes = 4 * 1024 * 1024;

    private const int MostEntries = 100_000;
    private const int LongestSerialNumber = 64;
    private const int Version2 = 1;
    private const string CrlNumber = "2.5.29.20";
    private const string DeltaIndicator = "2.5.29.27";
    private const string IssuingDistributionPoint = "2.5.29.28";
    private const string CertificateIssuer = "2.5.29.29";
    private const string AuthorityKeyIdentifier = "2.5.29.35";

    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly SignedStructure _signed;
    private readonly HashSet<string> _serialNumbers;

    private CertificateRevocationList(SignedStructure signed, HashSet<string> serialNumbers)
        => (_signed, _serialNumbers) = (signed, serialNumbers);

    /// <summary><c>thisUpdate</c>: when it was made.</summary>
    public DateTimeOffset ThisUpdate { get; private init; }

    /// <summary><c>nextUpdate</c>: when the next one is there at the latest. Afterwards this one proves no good standing.</summary>
    public DateTimeOffset NextUpdate { get; private init; }

    /// <summary>How many certificates are revoked.</summary>
    public int Count => _serialNumbers.Count;

    /// <summary>The encoded name of the issuer.</summary>
    internal ReadOnlyMemory<byte> Issuer { get; private init; }

    /// <summary>Reads one list to the last byte.</summary>
    /// <param name="der">The list in DER, as it is downloaded.</param>
    /// <param name="list">The list.</param>
    /// <param name="fault">Why there is none, one line for the log.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> der,
        [NotNullWhen(true)] out CertificateRevocationList? list,
        [NotNullWhen(false)] out string? fault)
    {
        (list, fault) = (null, null);
        try
        {
            Require(der.Length <= LongestInBytes, WebAuthnError.CertificateParse, "The list is too long.");
            list = Read(der.ToArray());
            return true;
        }
        catch (WebAuthnException refusal)
        {
            fault = refusal.Message;
        }
        catch (AsnContentException)
        {
            fault = "Not a revocation list in DER.";
        }

        return false;
    }

    /// <summary>Whether the list is there at that time: from <c>thisUpdate</c> to <c>nextUpdate</c>.</summary>
    internal bool IsCurrent(DateTimeOffset now) => ThisUpdate <= now && now <= NextUpdate;

    /// <summary>Whether that certificate's issuer made this list.</summary>
    internal bool IsFrom(PathCertificate issuer, bool allowSha1)
        => DistinguishedName.AreEqual(Issuer, issuer.Subject)
            && issuer.MaySignRevocationLists
            && CertificateSignature.IsValid(_signed, issuer.PublicKeyInfo, allowSha1);

    internal bool Lists(ReadOnlyMemory<byte> serialNumber) => _serialNumbers.Contains(Convert.ToHexString(serialNumber.Span));

    private static CertificateRevocationList Read(byte[] der)
    {
        var signed = SignedStructure.Read(der);
        var body = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();

        // "When extensions are used … this field MUST be present and MUST specify version 2" (§5.1.2.1).
        Require(body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer), WebAuthnError.CertificateParse, "The list is of version 1.");
        Require(body.TryReadInt32(out var version) && version == Version2, WebAuthnError.CertificateParse, "The list is not of version 2.");
        Require(
            body.ReadEncodedValue().Span.SequenceEqual(signed.Algorithm.Span), WebAuthnError.CertificateParse, "Two signature algorithms.");
        var issuer = body.ReadEncodedValue();
        Require(!DistinguishedName.IsEmpty(issuer.Span), WebAuthnError.CertificateParse, "The list has no issuer.");
        var thisUpdate = SignedStructure.ReadTime(body);

        // "Conforming CRL issuers MUST include the nextUpdate field in all CRLs" (§5.1.2.5).
        Require(body.HasData && IsTime(body.PeekTag()), WebAuthnError.CertificateParse, "The list does not say when the next one comes.");
        var nextUpdate = SignedStructure.ReadTime(body);
        Require(thisUpdate <= nextUpdate, WebAuthnError.CertificateParse, "The next list comes before this one.");
        HashSet<string> serialNumbers = new(StringComparer.Ordinal);
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            ReadEntries(body.ReadSequence(), serialNumbers);
        }

        if (body.HasData)
        {
            var wrapper = body.ReadSequence(ExtensionsTag);
            CheckListExtensions(wrapper.ReadSequence());
            wrapper.ThrowIfNotEmpty();
        }

        body.ThrowIfNotEmpty();
        return new CertificateRevocationList(signed, serialNumbers) { Issuer = issuer, ThisUpdate = thisUpdate, NextUpdate = nextUpdate };
    }

    private static void ReadEntries(AsnReader entries, HashSet<string> serialNumbers)
    {
        while (entries.HasData)
        {
            Require(serialNumbers.Count < MostEntries, WebAuthnError.CertificateParse, "The list has too many entries.");
            var entry = entries.ReadSequence();
            var serialNumber = entry.ReadIntegerBytes();
            Require(serialNumber.Length <= LongestSerialNumber, WebAuthnError.CertificateParse, "A serial number is too long.");
            SignedStructure.ReadTime(entry);
            if (entry.HasData)
            {
                CheckEntryExtensions(entry.ReadSequence());
            }

            entry.ThrowIfNotEmpty();
            serialNumbers.Add(Convert.ToHexString(serialNumber.Span));
        }
    }

    private static void CheckListExtensions(AsnReader extensions)
    {
        foreach (var (oid, isCritical) in ReadExtensions(extensions))
        {
            Require(oid != DeltaIndicator, WebAuthnError.CertificateParse, "A list of differences.");
            Require(oid != IssuingDistributionPoint, WebAuthnError.CertificateParse, "A list for some certificates only.");

            // "If a CRL contains a critical extension that the application cannot process, then the application MUST NOT use
            //  that CRL to determine the status of certificates." (§5.2)
            Require(!isCritical || oid is CrlNumber or AuthorityKeyIdentifier, WebAuthnError.CertificateParse, $"Critical extension {oid}.");
        }
    }

    private static void CheckEntryExtensions(AsnReader extensions)
    {
        foreach (var (oid, isCritical) in ReadExtensions(extensions))
        {
            Require(oid != CertificateIssuer, WebAuthnError.CertificateParse, "A list for other issuers.");
            Require(!isCritical, WebAuthnError.CertificateParse, $"Critical entry extension {oid}.");
        }
    }

    private static List<(string Oid, bool IsCritical)> ReadExtensions(AsnReader sequence)
    {
        var extensions = new List<(string Oid, bool IsCritical)>();
        while (sequence.HasData)
        {
            var extension = sequence.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            Require(!extensions.Exists(other => other.Oid == oid), WebAuthnError.CertificateParse, "An extension is there twice.");
            extensions.Add((oid, isCritical));
        }

        return extensions;
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);
}
