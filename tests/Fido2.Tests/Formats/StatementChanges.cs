using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>Malformed statements, each by a phrase: a name leaves that member out, "+name" adds one, "name is text" and
/// "name is empty" change what it is.</summary>
internal static class StatementChanges
{
    internal static (string Name, byte[] Value)[] Apply((string Name, byte[] Value)[] members, string change)
    {
        if (change.StartsWith('+'))
        {
            return [.. members, (change[1..], Cbor.Number(-7))];
        }

        var words = change.Split(' ', 2);
        members.ShouldContain(member => member.Name == words[0], change);
        return words.Length == 1
            ? [.. members.Where(member => member.Name != change)]
            : [.. members.Select(member => member.Name == words[0] ? (member.Name, Changed(words[1])) : member)];
    }

    private static byte[] Changed(string how) => how switch
    {
        "is text" => Cbor.Text("text"),
        "is a number" => Cbor.Number(1),
        "is empty" => Cbor.Array(),
        "has text" => Cbor.Array(Cbor.Text("MII")),
        "has nine" => Cbor.Array([.. Enumerable.Repeat(Cbor.Bytes([1]), 9)]),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, "No such change."),
    };
}
