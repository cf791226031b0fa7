using System.ComponentModel;
using System.Reflection;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// What stands below <c>Idp</c> and is read by nobody, or cannot be read: a misspelled name would leave a switch as it was and
/// say nothing. The settings that exist are those of the configuration page: the properties of every class with a <c>Section</c>.
/// </summary>
internal static class SettingNames
{
    private static readonly Dictionary<string, Type> Sections = new(
        from type in typeof(SettingNames).Assembly.GetTypes()
        let section = type.GetField("Section", BindingFlags.Static | BindingFlags.NonPublic)
        where section is { IsLiteral: true }
        select KeyValuePair.Create((string)section.GetRawConstantValue()!, type),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Each with the variable to look at.</summary>
    internal static IEnumerable<string> Problems(IConfiguration configuration)
        => InSection(configuration.GetSection(IdpOptions.Section), typeof(IdpOptions));

    private static IEnumerable<string> InSection(IConfigurationSection section, Type options)
        => section.GetChildren().SelectMany(
            child => (Sections.GetValueOrDefault(child.Path) ?? PropertyType(options, child.Key)) is { } type ? In(child, type) : [Unknown(child)]);

    private static IEnumerable<string> In(IConfigurationSection setting, Type type)
    {
        if (IsList(type))
        {
            return string.IsNullOrEmpty(setting.Value)
                ? setting.GetChildren().SelectMany(element => In(element, type.GetGenericArguments()[0]))
                : [$"{Name(setting)}: a list; write {Name(setting)}__0 and so on."];
        }

        if (type.IsClass && type != typeof(string))
        {
            return string.IsNullOrEmpty(setting.Value)
                ? InSection(setting, type)
                : [$"{Name(setting)}: a section; it has no value of its own."];
        }

        return setting.Value is { } value && !IsReadable(value, Nullable.GetUnderlyingType(type) ?? type)
            ? [$"{Name(setting)}: cannot be read as {Kind(type)}."]
            : setting.GetChildren().Select(Unknown);
    }

    private static string Unknown(IConfigurationSection setting) => $"{Name(setting)}: no such setting.";

    private static string Name(IConfigurationSection setting) => setting.Path.Replace(":", "__", StringComparison.Ordinal);

    private static Type? PropertyType(Type options, string name)
        => options.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                && (property.CanWrite || IsList(property.PropertyType)))?.PropertyType;

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);

    /// <summary>As the binder of the platform reads it.</summary>
    private static bool IsReadable(string value, Type type)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
#pragma warning disable CA1031 // Converters throw what they like.
        catch (Exception)
        {
            return false;
        }
#pragma warning restore CA1031
    }

    private static string Kind(Type type)
        => type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "a time span, d.hh:mm:ss"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
        : "a number";
}
