using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Moi.Identity.Repository.Tests;

/// <summary>The documentation comments of an assembly, as the compiler wrote them beside it.</summary>
internal sealed partial class XmlDocumentation(Assembly assembly)
{
    private readonly Dictionary<string, XElement> _members =
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>One part of a property's comment as Markdown, or nothing.</summary>
    internal string? Of(PropertyInfo property, string part) => Read($"P:{Name(property.DeclaringType!)}.{property.Name}", part);

    /// <summary>One part of a type's comment as Markdown, or nothing.</summary>
    internal string? Of(Type type, string part) => Read($"T:{Name(type)}", part);

    /// <summary>One part of an enumeration value's comment as Markdown, or nothing.</summary>
    internal string? Of(FieldInfo field, string part) => Read($"F:{Name(field.DeclaringType!)}.{field.Name}", part);

    /// <summary>One part of a method's comment as Markdown, or nothing; overloads must not exist.</summary>
    internal string? Of(MethodInfo method, string part)
    {
        var name = $"M:{Name(method.DeclaringType!)}.{method.Name}";
        var key = _members.Keys.SingleOrDefault(key => key == name || key.StartsWith(name + "(", StringComparison.Ordinal));
        return key is null ? null : Read(key, part);
    }

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private string? Read(string member, string part) =>
        _members.TryGetValue(member, out var comment) && comment.Element(part) is { } element
            && Spaces().Replace(string.Concat(element.Nodes().Select(Markdown)), " ").Trim() is { Length: > 0 } text
                ? text
                : null;

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" } see => see.Attribute("href") is { } link
            ? $"[{see.Value}]({link.Value})"
            : $"`{(see.Attribute("cref") ?? see.Attribute("langword"))!.Value.Split('.')[^1]}`",
        XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement other => " " + string.Concat(other.Nodes().Select(Markdown)) + " ",
        _ => "",
    };

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Spaces();
}
