using System.Formats.Asn1;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>What certificates and revocation lists have in common: a body, an algorithm, a signature; RFC 5280 §4.1 and §5.1.</summary>
internal sealed record SignedStructure(
    ReadOnlyMemory<byte> ToBeSigned, ReadOnlyMemory<byte> Algorithm, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Reads the three parts to the last byte.</summary>
    /// <exception cref="AsnContentException">They are not there.</exception>
    internal static SignedStructure Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var parts = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var body = parts.ReadEncodedValue();
        var algorithm = parts.ReadEncodedValue();
        var signature = parts.ReadBitString(out var unusedBits);
        parts.ThrowIfNotEmpty();
        Require(unusedBits == 0, WebAuthnError.CertificateParse, "A signature of incomplete bytes.");
        return new SignedStructure(body, algorithm, signature);
    }

    /// <summary>A UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 writes them.</summary>
    internal static DateTimeOffset ReadTime(AsnReader reader)
    {
        const int LastYearOfUtcTime = 2049;
        return reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            ? reader.ReadUtcTime(LastYearOfUtcTime)
            : reader.ReadGeneralizedTime();
    }
}
