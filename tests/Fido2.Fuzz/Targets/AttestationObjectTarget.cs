using System.Formats.Cbor;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

internal sealed class AttestationObjectTarget : FuzzTarget
{
    private static readonly byte[][] Dictionary = [Cbor.Text("fmt"), Cbor.Text("attStmt"), Cbor.Text("authData"), Cbor.Text("ep"), Cbor.Text("largeBlobKey"), Cbor.Text("none"), [0xA0], Cbor.Bool(true)];

    internal override string Name => "attestation-object";

    internal override IReadOnlyList<Type> Parsers => [typeof(AttestationObject)];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override bool Run(byte[] input)
    {
        AttestationObject parsed;
        try
        {
            parsed = AttestationObject.Parse(input);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(
                refusal.Error is WebAuthnError.AttestationCbor or WebAuthnError.AttestationMembers or WebAuthnError.KeyCbor or WebAuthnError.RequestTooLarge
                    || refusal.Error.ToString().StartsWith("AuthenticatorData", StringComparison.Ordinal),
                "An attestation object is refused with a code that is not about it.");
            return false;
        }

        // Its members may stand in any order; everything else is canonical.
        Invariant.Same(CborOracle.Rewrite(input, isSorted: false), input, "An attestation object that is not canonical is accepted.");
        var reader = new System.Formats.Cbor.CborReader(input, CborConformanceMode.Lax);
        for (var left = reader.ReadStartMap(); left > 0; left--)
        {
            switch (reader.ReadTextString())
            {
                case "fmt":
                    Invariant.Holds(reader.ReadTextString() == parsed.Format && parsed.Format.Length is > 0 and <= 32, "fmt");
                    break;
                case "attStmt":
                    Invariant.Same(reader.ReadEncodedValue().Span, parsed.Statement.Span, "attStmt");
                    break;
                case "authData":
                    Invariant.Same(reader.ReadByteString(), parsed.AuthenticatorData.Raw.Span, "authData");
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return true;
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        foreach (var (name, encoded) in SoftCeremonies.AttestationObjects())
        {
            yield return (name, encoded);
        }

        var data = SoftCeremonies.Member(SoftCeremonies.Authenticate(), "authenticatorData");
        yield return ("other-order", Cbor.Map(("authData", Cbor.Bytes(data)), ("fmt", Cbor.Text("none")), ("attStmt", [0xA0])));
        yield return ("ctap-members", Cbor.Map(
            ("fmt", Cbor.Text("x")), ("attStmt", Cbor.Array()), ("authData", Cbor.Bytes(data)), ("ep", Cbor.Bool(true)), ("largeBlobKey", Cbor.Bytes(new byte[32]))));
        yield return ("unknown-member", Cbor.Map(("fmt", Cbor.Text("x")), ("y", Cbor.Number(1))));
        yield return ("numbers", Cbor.Map((1, Cbor.Text("none")), (2, Cbor.Bytes(data)), (3, [0xA0])));
    }
}
