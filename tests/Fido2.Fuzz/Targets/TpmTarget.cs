using System.Formats.Cbor;
using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The first byte of an input says, by its lowest bit, whether <c>certInfo</c> or <c>pubArea</c> follows.</summary>
internal sealed class TpmTarget : FuzzTarget
{
    internal override string Name => "tpm";

    internal override IReadOnlyList<Type> Parsers => [typeof(TpmReader), typeof(TpmPublicArea), typeof(TpmCertInfo), typeof(TpmAlgorithms)];

    internal override IReadOnlyList<byte[]> Words => [[0xFF, 0x54, 0x43, 0x47], [0x80, 0x17], [0, 1], [0, 0x23], [0, 0x10], [0, 0x14], [0, 0x16], [0, 0x18], [0, 0x1A], [0, 0x0B], [0, 4], [0, 3], [0, 5], [8, 0], [0xFF, 0xFF]];

    internal override int LongestInput => 1024;

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        Func<byte[], bool> accepts = (input[0] & 1) != 0 ? AcceptsCertInfo : AcceptsPublicArea;
        var structure = input[1..];
        if (!accepts(structure))
        {
            return false;
        }

        Invariant.IsWhole(structure, accepts);
        return true;
    }

    private static bool AcceptsCertInfo(byte[] encoded)
    {
        TpmCertInfo info;
        try
        {
            info = TpmCertInfo.Parse(encoded);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error is WebAuthnError.TpmCertInfo or WebAuthnError.TpmMagic or WebAuthnError.TpmType, "certInfo is refused with another code.");
            return false;
        }

        // magic and type; then the lengths tell where everything is.
        const int FixedLength = 4 + 2, ClockAndFirmware = 8 + 4 + 4 + 1 + 8;
        var extraData = FixedLength + 2 + Length(encoded, FixedLength);
        var name = extraData + 2 + info.ExtraData.Length + ClockAndFirmware;
        Invariant.Same(info.ExtraData, encoded.AsSpan(extraData + 2, Length(encoded, extraData)), "extraData");
        Invariant.Same(info.Name, encoded.AsSpan(name + 2, Length(encoded, name)), "name");
        return true;
    }

    private static bool AcceptsPublicArea(byte[] encoded)
    {
        TpmPublicArea area;
        try
        {
            area = TpmPublicArea.Parse(encoded);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.TpmPublicArea, "pubArea is refused with another code.");
            return false;
        }

        try
        {
            var name = area.Name(allowSha1: true);
            Invariant.Same(name.AsSpan(0, 2), encoded.AsSpan(2, 2), "A name that does not begin with nameAlg.");
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.TpmName, "nameAlg is refused with another code.");
        }

        CheckKey(area, encoded);
        return true;
    }

    /// <summary>The key, read from the end of the structure, is the area's with the algorithms of its scheme, and no other is.</summary>
    private static void CheckKey(TpmPublicArea area, byte[] encoded)
    {
        const int SchemeNull = 0x10;
        var afterPolicy = 2 + 2 + 4 + 2 + Length(encoded, 8);
        var scheme = afterPolicy + (Length(encoded, afterPolicy) == SchemeNull ? 2 : 6);
        var isRsa = Length(encoded, 0) == 1;
        var parameters = scheme + Length(encoded, scheme) switch { SchemeNull or 0x15 => 2, 0x1A => 6, _ => 4 };
        var key = isRsa ? RsaKey(encoded, parameters) : EccKey(encoded, parameters);
        var matching = SoftKey.Algorithms.Count(algorithm => area.IsKey(key with { Algorithm = algorithm }));
        Invariant.Holds(Length(encoded, scheme) != SchemeNull || matching == SoftKey.Algorithms.Count, "The area is not that of its own key.");
        Invariant.Holds(Length(encoded, scheme) == SchemeNull || matching < SoftKey.Algorithms.Count, "A key bound to a scheme has every algorithm.");
        Invariant.Holds(!area.IsKey(key with { First = [.. key.First!, 1] }), "The area is that of another key too.");
        Invariant.Holds(!area.IsKey(key with { KeyType = isRsa ? CoseKey.Ec2 : CoseKey.Rsa }), "The area is that of a key of another kind too.");
    }

    private static CoseKey RsaKey(byte[] encoded, int parameters)
    {
        var exponent = encoded[(parameters + 2)..(parameters + 6)];
        return new CoseKey
        {
            KeyType = CoseKey.Rsa,
            Algorithm = -257,
            First = encoded[(parameters + 8)..],
            Second = exponent.All(digit => digit == 0) ? [1, 0, 1] : exponent,
        };
    }

    private static CoseKey EccKey(byte[] encoded, int parameters)
    {
        var x = parameters + (Length(encoded, parameters + 2) == 0x10 ? 4 : 6);
        var y = x + 2 + Length(encoded, x);
        return new CoseKey
        {
            KeyType = CoseKey.Ec2,
            Algorithm = -7,
            Curve = Length(encoded, parameters) - 2,
            First = encoded[(x + 2)..y],
            Second = encoded[(y + 2)..],
        };
    }

    private static int Length(byte[] bytes, int at) => (bytes[at] << 8) | bytes[at + 1];

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        foreach (var algorithm in new[] { -7, -35, -257 })
        {
            var (certInfo, publicArea) = Structures(SoftCeremonies.Register(SoftAttestation.Tpm, algorithm));
            yield return ($"certInfo{algorithm}", [1, .. certInfo]);
            yield return ($"pubArea{algorithm}", [0, .. publicArea]);
        }

        (string, TpmLies)[] shapes =
        [
            ("ecdsa", new TpmLies { Scheme = [0, 0x18, 0, 0x0B] }),
            ("ecdaa", new TpmLies { Scheme = [0, 0x1A, 0, 0x0B, 0, 1] }),
            ("symmetric", new TpmLies { Symmetric = [0, 6, 0, 128, 0, 0x43] }),
            ("sha384", new TpmLies { NameAlgorithm = 0x000C }),
        ];
        foreach (var (name, lies) in shapes)
        {
            yield return (name, [0, .. Structures(SoftCeremonies.Register(SoftAttestation.Tpm, -7, new Lies { Tpm = lies })).PublicArea]);
        }

        var rsa = new TpmLies { Scheme = [0, 0x14, 0, 0x0B], Exponent = 65537 };
        yield return ("rsassa", [0, .. Structures(SoftCeremonies.Register(SoftAttestation.Tpm, -257, new Lies { Tpm = rsa })).PublicArea]);
    }

    private static (byte[] CertInfo, byte[] PublicArea) Structures(string json)
    {
        var statement = AttestationObject.Parse(SoftCeremonies.Member(json, "attestationObject")).Statement;
        var reader = new System.Formats.Cbor.CborReader(statement, CborConformanceMode.Lax);
        var found = new Dictionary<string, byte[]>();
        for (var left = reader.ReadStartMap(); left > 0; left--)
        {
            var name = reader.ReadTextString();
            if (reader.PeekState() == CborReaderState.ByteString)
            {
                found.Add(name, reader.ReadByteString());
            }
            else
            {
                reader.SkipValue();
            }
        }

        return (found["certInfo"], found["pubArea"]);
    }
}
