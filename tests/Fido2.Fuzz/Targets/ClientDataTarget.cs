using System.Text;
using System.Text.Json;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The first byte of an input says, by its lowest bit, whether the conformance tests' mode reads; the JSON follows.</summary>
internal sealed class ClientDataTarget : FuzzTarget
{
    private static readonly byte[][] Dictionary = JsonWords.With("type", "challenge", "origin", "crossOrigin", "topOrigin", "tokenBinding", "status");

    internal override string Name => "client-data";

    internal override IReadOnlyList<Type> Parsers => [typeof(ClientData)];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override int LongestInput => 1024;

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var json = input.AsMemory(1);
        ClientData data;
        try
        {
            data = ClientData.Parse(json.Span, (input[0] & 1) != 0 ? EngineMode.Conformance : EngineMode.Specification);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(
                refusal.Error == WebAuthnError.RequestTooLarge || refusal.Error.ToString().StartsWith("ClientData", StringComparison.Ordinal),
                "Client data are refused with a code that is not about them.");
            return false;
        }

        // The platform's own document model reads the same out of it.
        using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
        var root = document.RootElement;
        Invariant.Holds(Text(data.Type) == root.GetProperty("type").GetString(), "type");
        Invariant.Holds(Text(data.Challenge) == root.GetProperty("challenge").GetString(), "challenge");
        Invariant.Holds(Text(data.Origin) == root.GetProperty("origin").GetString(), "origin");
        Invariant.Holds(data.CrossOrigin == (root.TryGetProperty("crossOrigin", out var cross) && cross.GetBoolean()), "crossOrigin");
        Invariant.Holds(data.HasTopOrigin == root.TryGetProperty("topOrigin", out var top), "topOrigin");
        Invariant.Holds(!data.HasTopOrigin || Text(data.TopOrigin) == top.GetString(), "topOrigin");
        return true;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        yield return ("create", [0, .. SoftCeremonies.ClientData]);
        yield return ("get", [1, .. SoftCeremonies.Member(SoftCeremonies.Authenticate(new Lies { CrossOrigin = true, TopOrigin = "https://top.example" }), "clientDataJSON")]);
        (string, string)[] texts =
        [
            ("escaped", """{"t\u0079pe":"webauthn.\u0067et","challenge":"AA","origin":"https://idp.example\/"}"""),
            ("unknown", """{"type":"a","challenge":"b","origin":"c","x":{"y":[1,2,{"z":null}]},"crossOrigin":true}"""),
            ("token-binding", """{"type":"a","challenge":"b","origin":"c","tokenBinding":{"status":"supported","id":"AA"}}"""),
            ("token-binding-present", """{"type":"a","challenge":"b","origin":"c","tokenBinding":{"id":[1],"status":"present"}}"""),
            ("twice", """{"type":"a","type":"a","challenge":"b","origin":"c"}"""),
            ("surrogate", """{"type":"\ud800","challenge":"b","origin":"c"}"""),
            ("mark", "\uFEFF{\"type\":\"a\",\"challenge\":\"b\",\"origin\":\"c\"}"),
        ];
        foreach (var (name, text) in texts)
        {
            yield return (name, [1, .. Encoding.UTF8.GetBytes(text)]);
        }
    }
}
