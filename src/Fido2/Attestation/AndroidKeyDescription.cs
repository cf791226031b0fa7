using System.Formats.Asn1;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What §8.4 reads of an <c>AuthorizationList</c>.</summary>
internal sealed record AndroidAuthorizationList(IReadOnlyList<long> Purposes, bool HasAllApplications, long? Origin)
{
    /// <summary><c>KM_ORIGIN_GENERATED</c></summary>
    internal const int OriginGenerated = 0;

    /// <summary><c>KM_PURPOSE_SIGN</c></summary>
    internal const int PurposeSign = 2;
}

/// <summary>Android's <c>KeyDescription</c>, versions 1 (Keymaster 2) to 400 (KeyMint 4); schema as published on 2026-06-30.</summary>
/// <remarks>Every version keeps these eight members. In the lists, members come and go with the versions; they are skipped,
/// well-formed, except the three that §8.4 names.</remarks>
internal sealed record AndroidKeyDescription(
    byte[] AttestationChallenge, AndroidAuthorizationList SoftwareEnforced, AndroidAuthorizationList TeeEnforced)
{
    internal const string Oid = "1.3.6.1.4.1.11129.2.1.17";

    private const int Purpose = 1;
    private const int AllApplications = 600;
    private const int Origin = 702;

    /// <summary>Parses the extension to the last byte, or refuses.</summary>
    internal static AndroidKeyDescription Parse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var description = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var version = description.ReadInteger(); // attestationVersion
            Require(version.Sign > 0, WebAuthnError.AndroidKeyDescription, "A version below 1.");
            description.ReadEnumeratedBytes(); // attestationSecurityLevel
            description.ReadInteger(); // keyMintVersion
            description.ReadEnumeratedBytes(); // keyMintSecurityLevel
            var challenge = description.ReadOctetString();
            description.ReadOctetString(); // uniqueId
            var software = ReadList(description.ReadSequence());
            var tee = ReadList(description.ReadSequence());
            description.ThrowIfNotEmpty();
            return new AndroidKeyDescription(challenge, software, tee);
        }
        catch (Exception exception) when (exception is AsnContentException or OverflowException)
        {
            throw new WebAuthnException(WebAuthnError.AndroidKeyDescription, "The key description is not DER.");
        }
    }

    private static AndroidAuthorizationList ReadList(AsnReader list)
    {
        List<long> purposes = [];
        var hasAllApplications = false;
        long? origin = null;
        var seen = new HashSet<int>();
        while (list.HasData)
        {
            var tag = list.PeekTag();
            Require(
                tag.TagClass == TagClass.ContextSpecific && seen.Add(tag.TagValue),
                WebAuthnError.AndroidKeyDescription,
                "A member of an authorization list that is none, or is there twice.");
            var member = list.ReadSequence(tag);
            switch (tag.TagValue)
            {
                case Purpose:
                    // Devices do not always sort the set.
                    var set = member.ReadSetOf(skipSortOrderValidation: true);
                    while (set.HasData)
                    {
                        purposes.Add(ReadNumber(set));
                    }

                    break;
                case AllApplications:
                    hasAllApplications = true;
                    member.ReadEncodedValue();
                    break;
                case Origin:
                    origin = ReadNumber(member);
                    break;
                default:
                    member.ReadEncodedValue();
                    break;
            }

            member.ThrowIfNotEmpty();
        }

        return new AndroidAuthorizationList(purposes, hasAllApplications, origin);
    }

    private static long ReadNumber(AsnReader reader)
    {
        Require(reader.TryReadInt64(out var value), WebAuthnError.AndroidKeyDescription, "A number that is too large.");
        return value;
    }
}
