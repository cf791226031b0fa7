using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

namespace Moi.Identity.Assurance;

/// <summary>What a challenge asks of the provider, carried inside the protected <c>state</c> so that the answer is measured against it.</summary>
internal sealed record StepUp(AssuranceLevel Level, TimeSpan? MaxAge)
{
    private const string LevelItem = "moi.level";
    private const string MaxAgeItem = "moi.max_age";

    internal static StepUp? From(IEnumerable<RequireAssuranceAttribute> requirements)
    {
        var all = requirements.ToArray();
        return all.Length == 0 ? null : new StepUp(all.Max(r => r.Level), all.Min(r => r.MaxAge));
    }

    internal static StepUp? Read(AuthenticationProperties properties) =>
        properties.Items.TryGetValue(LevelItem, out var level) && level is not null
            ? new StepUp(Enum.Parse<AssuranceLevel>(level), ReadMaxAge(properties))
            : null;

    internal OpenIdConnectChallengeProperties ToChallenge(string returnTo)
    {
        var properties = new OpenIdConnectChallengeProperties { RedirectUri = returnTo, MaxAge = MaxAge };
        properties.Items[LevelItem] = Level.ToString();
        if (MaxAge is { } age)
        {
            properties.Items[MaxAgeItem] = ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return properties;
    }

    /// <summary>
    /// OpenID Connect Core §3.1.3.7, steps 12 and 13. An unknown <c>acr</c> reaches nothing; a missing or future <c>auth_time</c> is never fresh.
    /// </summary>
    internal static bool IsReached(
        string? acr, DateTimeOffset? authTime, AssuranceLevel level, TimeSpan? maxAge, DateTimeOffset now)
    {
        if (Acr.LevelOf(acr) is not { } reached || reached < level)
        {
            return false;
        }

        return maxAge is not { } limit
            || (authTime is { } at
                && at <= now + MoiIdentityDefaults.ClockSkew
                && now - at <= limit + MoiIdentityDefaults.ClockSkew);
    }

    private static TimeSpan? ReadMaxAge(AuthenticationProperties properties) =>
        properties.Items.TryGetValue(MaxAgeItem, out var seconds) && seconds is not null
            ? TimeSpan.FromSeconds(long.Parse(seconds, CultureInfo.InvariantCulture))
            : null;
}
