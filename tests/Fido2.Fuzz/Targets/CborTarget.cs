using Moi.Identity.Fido2.Data;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The first byte of an input says, by its lowest bit, whether map keys must be sorted; the item follows.</summary>
internal sealed class CborTarget : FuzzTarget
{
    internal override string Name => "cbor";

    internal override IReadOnlyList<Type> Parsers => [typeof(CborReader)];

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var (isCanonical, item) = ((input[0] & 1) != 0, input.AsMemory(1));
        try
        {
            var reader = new CborReader(item.Span, WebAuthnError.KeyCbor, isCanonical);
            reader.Skip();
            item = item[..reader.Position];
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.KeyCbor, "Refused with another code than the caller's.");
            return false;
        }

        Invariant.Same(CborOracle.Rewrite(item, isCanonical), item.Span, "CBOR that is not canonical is accepted.");
        Walk(item.Span, isCanonical);
        return true;
    }

    /// <summary>Reads every item, as the engine's parsers do after they skipped the whole.</summary>
    private static void Walk(ReadOnlySpan<byte> item, bool isCanonical)
    {
        var reader = new CborReader(item, WebAuthnError.KeyCbor, isCanonical);
        while (!reader.IsAtEnd)
        {
            var before = reader.Position;
            try
            {
                if (!reader.TryReadInteger(out _) && !reader.TryReadBytes(out _) && !reader.TryReadText(out _)
                    && !reader.TryReadArray(out _) && !reader.TryReadMap(out _))
                {
                    reader.Skip();
                }
            }
            catch (WebAuthnException)
            {
                // Well-formed, but no number of 64 bits with a sign: the one item that is skipped and not read.
                Invariant.Holds((CborType)(item[before] >> 5) is CborType.Unsigned or CborType.Negative, "An item that was skipped cannot be read.");
                return;
            }

            Invariant.Holds(reader.Position > before, "An item was read without moving on.");
        }
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        byte[] deepest = Cbor.Array();
        for (var level = 0; level < 7; level++)
        {
            deepest = Cbor.Array(deepest);
        }

        (string, byte[])[] items =
        [
            ("numbers", Cbor.Array(Cbor.Number(0), Cbor.Number(23), Cbor.Number(24), Cbor.Number(256), Cbor.Number(65536), Cbor.Number(1L << 32), Cbor.Number(-1), Cbor.Number(-257))),
            ("huge", Cbor.Array(Cbor.Head(0, ulong.MaxValue), Cbor.Head(1, ulong.MaxValue))),
            ("strings", Cbor.Array(Cbor.Bytes([1, 2, 3]), Cbor.Text("行動身分"), Cbor.Bytes(new byte[24]), Cbor.Bytes(new byte[256]))),
            ("simple", Cbor.Array([0xF4], [0xF5], [0xF6], [0xF7], [0xF9, 0x3C, 0], [0xFA, 0x3F, 0x80, 0, 0], [0xFB, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0])),
            ("map", Cbor.Map((Cbor.Number(1), Cbor.Number(2)), (Cbor.Number(300), Cbor.Text("a")), (Cbor.Number(-1), Cbor.Bytes([])), (Cbor.Text("b"), Cbor.Bool(true)), (Cbor.Text("aa"), Cbor.Array()))),
            ("unsorted", Cbor.Map((Cbor.Text("fmt"), Cbor.Number(1)), (Cbor.Number(1), Cbor.Number(2)), (Cbor.Text("a"), Cbor.Number(3)))),
            ("twice", Cbor.Map((Cbor.Number(1), Cbor.Number(1)), (Cbor.Number(1), Cbor.Number(2)))),
            ("deep", deepest),
            ("too-deep", Cbor.Array(deepest)),
            ("tag", Cbor.Head(6, 1)),
            ("indefinite", [0x9F, 0x01, 0xFF]),
            ("long", [0x1B, 0, 0, 0, 0, 0, 0, 0, 1]),
            ("members", Cbor.Map([.. Enumerable.Range(0, 65).Select(i => ((long)i, Cbor.Number(0)))])),
        ];
        return items.SelectMany(item => new[] { (item.Item1 + "-canonical", (byte[])[1, .. item.Item2]), (item.Item1, [0, .. item.Item2]) });
    }
}
