using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity;

namespace HelloAgency.Pages;

/// <summary>/letter: only for a citizen who touched the passkey within the last five minutes.</summary>
[RequireAssurance(AssuranceLevel.One, MaxAgeMinutes = 5)]
public sealed class LetterModel : PageModel
{
    /// <summary>Whose letter it is.</summary>
    public CitizenContext? Citizen { get; private set; }

    /// <summary>Shows the letter.</summary>
    public void OnGet([FromServices] CitizenContext citizen) => Citizen = citizen;
}
