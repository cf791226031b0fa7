using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>The kinds of fields of authorization details: what is valid, and how it reads.</summary>
internal static partial class DetailFields
{
    private const int LongestText = 200;

    internal static bool IsValid(AuthorizationDetailField field, JsonNode? value) => field.Kind switch
    {
        AuthorizationDetailField.Text => Text(value) is { Length: > 0 and <= LongestText } text && ReadableText.IsReadable(text),
        AuthorizationDetailField.Choice => Text(value) is { } chosen && field.Choices.Any(choice => choice.Value == chosen),
        AuthorizationDetailField.ChoiceList => value is JsonArray { Count: > 0 } list
            && list.All(entry => field.Choices.Any(choice => choice.Value == Text(entry)))
            && list.Select(Text).Distinct().Count() == list.Count,
        AuthorizationDetailField.Amount => value is JsonObject { Count: 2 } money
            && Text(money["currency"]) is { } currency && Currency().IsMatch(currency)
            && Text(money["amount"]) is { } amount && Decimal().IsMatch(amount),
        AuthorizationDetailField.Date => Day(value) is not null,
        _ => false,
    };

    /// <summary>A valid value, in the words of the consent page.</summary>
    internal static string InWords(AuthorizationDetailField field, JsonNode value) => field.Kind switch
    {
        AuthorizationDetailField.Choice => Name(field, value),
        AuthorizationDetailField.ChoiceList => string.Join(
            Languages.Current == Languages.English ? ", " : "、", value.AsArray().Select(entry => Name(field, entry!))),
        AuthorizationDetailField.Amount => Money(Text(value["currency"])!, Text(value["amount"])!),
        AuthorizationDetailField.Date => Dates.Day(Day(value)!.Value),
        _ => Text(value)!,
    };

    private static string Name(AuthorizationDetailField field, JsonNode value)
    {
        var chosen = field.Choices.First(choice => choice.Value == Text(value));
        return Languages.Current == Languages.English ? chosen.TextEn : chosen.TextZh;
    }

    private static string Money(string currency, string amount)
    {
        var number = decimal.Parse(amount, NumberStyles.Number, CultureInfo.InvariantCulture);
        var decimals = amount.Split('.') is [_, var after] ? after.Length : 0;
        var grouped = number.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return currency != "TWD" ? $"{currency} {grouped}"
            : Languages.Current == Languages.English ? $"NT${grouped}"
            : $"新臺幣 {grouped} 元";
    }

    /// <summary>Midnight of that day in Taiwan.</summary>
    private static DateTimeOffset? Day(JsonNode? value)
        => DateOnly.TryParseExact(Text(value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 1912
            ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8))
            : null;

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    [GeneratedRegex("^[A-Z]{3}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Currency();

    [GeneratedRegex("^(?:0|[1-9][0-9]{0,11})(?:\\.[0-9]{1,4})?\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Decimal();
}
