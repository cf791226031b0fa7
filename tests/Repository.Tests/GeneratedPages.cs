using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Moi.Identity.Repository.Tests;

/// <summary>The parts of operator documents that are written from the comments in the code.</summary>
internal static partial class GeneratedPages
{
    internal const string Configuration = "docs/operations/configuration.md";
    internal const string AuditEvents = "docs/operations/audit-events.md";

    private const string Begin = "<!-- Written by tools/documents from the comments in the code. -->\n";
    private const string End = "<!-- End of the written part. -->";

    private static readonly Assembly Idp = Assembly.Load("Moi.Identity.Idp");
    private static readonly XmlDocumentation Comments = new(Idp);

    /// <summary>Every option of the server: the section it is read from, and its properties.</summary>
    internal static IEnumerable<(string Section, Type Type)> Options() =>
        from type in Idp.GetTypes()
        let section = type.GetField("Section", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
        where section is { IsLiteral: true }
        let name = (string)section.GetRawConstantValue()!
        orderby name
        from option in WithNested(name, type)
        select option;

    /// <summary>The properties that the configuration binds.</summary>
    internal static IEnumerable<PropertyInfo> Bound(Type options) =>
        options.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(property => property.CanWrite || IsList(property.PropertyType));

    /// <summary>The catalogue of audit events.</summary>
    internal static IEnumerable<MethodInfo> Events() =>
        from type in Idp.GetTypes()
        where type.Name.EndsWith("Events", StringComparison.Ordinal)
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where method.ReturnType.Name == "AuditEvent" && method.Name != "New" && !method.Name.Contains('<', StringComparison.Ordinal)
        orderby Comments.Of(method, "summary")
        select method;

    internal static string? Summary(PropertyInfo property) => Comments.Of(property, "summary");

    internal static string? Summary(MethodInfo method) => Comments.Of(method, "summary");

    /// <summary>The page as it stands, with its written part written anew.</summary>
    internal static string Rewritten(string page)
    {
        var text = Tree.Read(page);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        return text[..begin] + (page == Configuration ? ConfigurationPart() : AuditPart()) + text[end..];
    }

    private static string ConfigurationPart()
    {
        var text = new StringBuilder();
        foreach (var (section, type) in Options())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## `{section}`\n{SectionSummary(type)}");
            var defaults = Activator.CreateInstance(type, nonPublic: true)!;
            foreach (var property in Bound(type).Where(property => !IsNested(property)))
            {
                var variable = $"{section}:{property.Name}".Replace(":", "__", StringComparison.Ordinal);
                text.Append(CultureInfo.InvariantCulture, $"\n### `{variable}`\n\n{Comments.Of(property, "summary")}\n\n");
                text.Append(CultureInfo.InvariantCulture, $"- {Kind(property.PropertyType)}{Bounds(property)}\n");
                text.Append(CultureInfo.InvariantCulture, $"- {Comments.Of(property, "value") ?? Default(property.GetValue(defaults))}\n");
                if (Comments.Of(property, "remarks") is { } remarks)
                {
                    text.Append(CultureInfo.InvariantCulture, $"- {remarks}\n");
                }
            }
        }

        return text.Append('\n').ToString();
    }

    private static string AuditPart()
    {
        var text = new StringBuilder("\n| event and its details |\n|---|\n");
        foreach (var method in Events())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Comments.Of(method, "summary")} |\n");
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The heading already names the section.</summary>
    private static string SectionSummary(Type type)
    {
        var text = NamesSection().Replace(Comments.Of(type, "summary") ?? "", "");
        return text.Length == 0 ? "" : $"\n{char.ToUpperInvariant(text[0])}{text[1..]}\n";
    }

    private static IEnumerable<(string Section, Type Type)> WithNested(string section, Type type) =>
        Bound(type).Where(IsNested)
            .SelectMany(property => IsList(property.PropertyType)
                ? WithNested($"{section}:{property.Name}:0", property.PropertyType.GetGenericArguments()[0])
                : WithNested($"{section}:{property.Name}", property.PropertyType))
            .Prepend((section, type));

    private static bool IsNested(PropertyInfo property) =>
        (IsList(property.PropertyType) ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType) is { IsClass: true } type
        && type.Assembly == Idp;

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);

    private static string Kind(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? Kind(inner)
        : type == typeof(string) ? "Text"
        : type == typeof(bool) ? "`true` or `false`"
        : type == typeof(TimeSpan) ? "Time span, `d.hh:mm:ss`"
        : type.IsEnum ? string.Join(", or ", type.GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(value => $"`{value.Name}`" + (Comments.Of(value, "summary") is { } meaning ? $" ({meaning.TrimEnd('.')})" : "")))
        : type.IsPrimitive ? "Number"
        : IsList(type) ? "List: append `__0`, `__1` … to the variable"
        : throw new InvalidOperationException($"Teach the page what a {type} is called.");

    private static string Bounds(PropertyInfo property) =>
        (property.GetCustomAttribute<RequiredAttribute>() is null ? "" : ", required")
        + (property.GetCustomAttribute<RangeAttribute>() is { } range ? $", `{range.Minimum}` to `{range.Maximum}`" : "");

    private static string Default(object? value) => value switch
    {
        null or "" => "Not set by default.",
        ICollection { Count: 0 } => "Empty by default.",
        IFormattable known => $"Default `{known.ToString(null, CultureInfo.InvariantCulture)}`.",
        _ => $"Default `{value}`.",
    };

    [GeneratedRegex("^Section `[^`]+`(: |[.])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamesSection();
}
