using Microsoft.AspNetCore.Authorization;

namespace Moi.Identity;

/// <summary>
/// Opens an endpoint, controller or page only to a citizen who has reached a level of assurance, recently enough if asked.
/// Anyone else is sent to the provider with <c>acr_values</c> and <c>max_age</c> (step-up).
/// </summary>
/// <remarks>
/// What comes back is checked again: when the provider did not do what was asked, the citizen reads a page that says so (status 403,
/// code MOI-AUTH-102) and is not sent round again. Calls made by script get 401 with a JSON problem instead of a redirect.
/// Several of these on one endpoint add up to the highest level and the shortest age.
/// </remarks>
/// <example><code>app.MapPost("/letter", [RequireAssurance(AssuranceLevel.One, MaxAgeMinutes = 5)] () =&gt; …);</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireAssuranceAttribute : AuthorizeAttribute, IAuthorizationRequirement, IAuthorizationRequirementData
{
    private int? _maxAgeMinutes;

    /// <summary>Requires a level of assurance.</summary>
    /// <param name="level">The lowest level that is let in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level does not exist.</exception>
    public RequireAssuranceAttribute(AssuranceLevel level)
    {
        _ = Acr.Of(level);
        Level = level;
    }

    /// <summary>The lowest level that is let in.</summary>
    public AssuranceLevel Level { get; }

    /// <summary>How many minutes ago, at most, the citizen must have touched the passkey (OpenID Connect <c>auth_time</c>).</summary>
    /// <value>
    /// Default 0 is never set: without it any age will do, but for <see cref="AssuranceLevel.Three"/>, which is used up after 15 minutes
    /// whatever is set. From 1 to 1440 when set.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 (nobody could come back in time) or more than a day.</exception>
    public int MaxAgeMinutes
    {
        get => _maxAgeMinutes ?? 0;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1440);
            _maxAgeMinutes = value;
        }
    }

    /// <summary>The age that is let in: what was set, and of the highest level no more than it lasts.</summary>
    internal TimeSpan? MaxAge => (Level, _maxAgeMinutes) switch
    {
        (AssuranceLevel.Three, null) => Acr.FreshnessOfThree,
        (AssuranceLevel.Three, { } minutes) when TimeSpan.FromMinutes(minutes) > Acr.FreshnessOfThree => Acr.FreshnessOfThree,
        (_, { } minutes) => TimeSpan.FromMinutes(minutes),
        _ => null,
    };

    /// <inheritdoc/>
    public IEnumerable<IAuthorizationRequirement> GetRequirements()
    {
        yield return this;
    }
}
