namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>Changes one value somewhere inside DER and puts the lengths around it right, which blind changes hardly ever do.</summary>
internal static class DerTree
{
    private const int OctetString = 0x04;
    private const int BitString = 0x03;
    private const int Constructed = 0x20;
    private const int MultiByteTag = 0x1F;
    private const int Deepest = 12;

    /// <summary>Null if the input holds no DER, at its start or after the one byte that chooses.</summary>
    internal static byte[]? TryChange(byte[] input, byte[] other, IReadOnlyList<byte[]> words, SplitMix64 random)
    {
        foreach (var start in new[] { 0, 1, 3 })
        {
            var nodes = new List<Node>();
            if (start < input.Length && TryRead(input, start, input.Length, null, nodes, 0) && nodes.Count > 1)
            {
                var node = random.Any(nodes);
                return Replace(input, node, NewValue(input, node, nodes, other, words, random));
            }
        }

        return null;
    }

    private static byte[] NewValue(byte[] input, Node node, List<Node> nodes, byte[] other, IReadOnlyList<byte[]> words, SplitMix64 random)
    {
        var whole = input[node.Start..node.End];
        switch (random.Below(8))
        {
            case 0:
                return [];
            case 1:
                return [.. whole, .. whole];
            case 2:
                var sibling = random.Any(nodes);
                return input[sibling.Start..sibling.End];
            case 3 when words.Count > 0:
                return random.Any(words);
            case 4 when words.Count > 0:
                return [.. random.Any(words), .. whole];
            case 5:
                var foreign = new List<Node>();
                return other.Length > 1 && TryRead(other, 1, other.Length, null, foreign, 0) && foreign.Count > 0 && random.Any(foreign) is { } taken
                    ? other[taken.Start..taken.End]
                    : whole;
            case 6:
                return [(byte)random.Next(), .. whole[1..]];
            default:
                // Another content under the same tag.
                byte[] content = [.. input[node.Content..node.End]];
                var at = random.Below(content.Length + 1);
                content = random.Below(3) switch
                {
                    0 => [.. content[..at], (byte)random.Next(), .. content[at..]],
                    1 when at < content.Length => [.. content[..at], (byte)random.Next(), .. content[(at + 1)..]],
                    _ => content[..at],
                };
                return [.. input[node.Start..node.TagEnd], .. Length(content.Length), .. content];
        }
    }

    /// <summary>Puts a value in the place of another and writes the lengths of everything around it anew.</summary>
    private static byte[] Replace(byte[] input, Node node, byte[] value)
    {
        while (node.Parent is { } parent)
        {
            byte[] content = [.. input[parent.Content..node.Start], .. value, .. input[node.End..parent.End]];
            value = [.. input[parent.Start..parent.TagEnd], .. Length(content.Length), .. content];
            node = parent;
        }

        return [.. input[..node.Start], .. value, .. input[node.End..]];
    }

    private static byte[] Length(int length) => length switch
    {
        < 0x80 => [(byte)length],
        <= 0xFF => [0x81, (byte)length],
        _ => [0x82, (byte)(length >> 8), (byte)length],
    };

    private static bool TryRead(byte[] bytes, int start, int end, Node? parent, List<Node> nodes, int depth)
    {
        if (depth > Deepest)
        {
            return false;
        }

        var known = nodes.Count;
        while (start < end)
        {
            if (TryReadOne(bytes, start, end, parent) is not { } node)
            {
                nodes.RemoveRange(known, nodes.Count - known);
                return false;
            }

            nodes.Add(node);
            if ((bytes[node.Start] & Constructed) != 0)
            {
                TryRead(bytes, node.Content, node.End, node, nodes, depth + 1);
            }
            else if (bytes[node.Start] == OctetString)
            {
                // The value of an extension, for one, is DER inside an OCTET STRING.
                TryRead(bytes, node.Content, node.End, node, nodes, depth + 1);
            }
            else if (bytes[node.Start] == BitString && node.End - node.Content > 1)
            {
                TryRead(bytes, node.Content + 1, node.End, node, nodes, depth + 1);
            }

            start = node.End;
        }

        return true;
    }

    private static Node? TryReadOne(byte[] bytes, int start, int end, Node? parent)
    {
        var at = start + 1;
        if ((bytes[start] & MultiByteTag) == MultiByteTag)
        {
            while (at < end && (bytes[at] & 0x80) != 0)
            {
                at++;
            }

            at++;
        }

        var tagEnd = at;
        if (at >= end)
        {
            return null;
        }

        int length = bytes[at++];
        if (length > 0x82 || length == 0x80)
        {
            return null;
        }

        for (var more = length > 0x80 ? length - 0x80 : 0; more > 0; more--)
        {
            if (at >= end)
            {
                return null;
            }

            length = length > 0x80 && more == length - 0x80 ? bytes[at++] : (length << 8) | bytes[at++];
        }

        return length <= end - at ? new Node(start, tagEnd, at, at + length, parent) : null;
    }

    private sealed record Node(int Start, int TagEnd, int Content, int End, Node? Parent);
}
