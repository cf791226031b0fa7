using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity;

namespace HelloAgency.Pages;

/// <summary>/me: what the provider told this agency about the citizen, all of it.</summary>
[RequireAssurance(AssuranceLevel.One)]
public sealed class MeModel : PageModel
{
    private static readonly string[] Order = ["nickname", "sub", "acr", "amr", "auth_time", "sid"];

    /// <summary>One row: a claim, its value, and the time it stands for when it is one.</summary>
    public sealed record Row(string Name, string Value, DateTimeOffset? At);

    /// <summary>The rows, best known first.</summary>
    public IReadOnlyList<Row> Claims { get; private set; } = [];

    /// <summary>Shows the page.</summary>
    public void OnGet([FromServices] CitizenContext citizen) =>
        Claims = [.. User.Claims
            .GroupBy(claim => claim.Type, claim => claim.Value)
            .OrderBy(group => Array.IndexOf(Order, group.Key) is >= 0 and var place ? place : Order.Length)
            .Select(group => new Row(group.Key, string.Join(' ', group), group.Key == "auth_time" ? citizen.AuthTime : null))];

    /// <summary>Taiwan's time, in the words of the page's language.</summary>
    public string Readable(DateTimeOffset at)
    {
        var here = at.ToOffset(TimeSpan.FromHours(8));
        return CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en"
            ? here.ToString("d MMMM yyyy, HH:mm:ss", CultureInfo.InvariantCulture) + " (Taipei)"
            : string.Create(CultureInfo.InvariantCulture, $"{here:yyyy 年 M 月 d 日}（民國 {here.Year - 1911} 年）{here:HH:mm:ss}");
    }
}
