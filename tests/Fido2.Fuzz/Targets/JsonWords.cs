using System.Text;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>What JSON is made of.</summary>
internal static class JsonWords
{
    private static readonly string[] Any =
        ["true", "false", "null", "{}", "[]", "\"\"", "0", "-1", "1e9", "\"\\ud800\"", "\"\\u0041\"", ",", ":", "\\u0061", "{\"a\":1}", "[[[[", "9223372036854775808", "\uFEFF"];

    /// <summary>These and a format's own names, each with its quotes and colon.</summary>
    internal static byte[][] With(params IEnumerable<string> names)
        => [.. Any.Concat(names.Select(name => $"\"{name}\":")).Select(Encoding.UTF8.GetBytes)];
}
