using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>
/// Section <c>Idp:SigningKeys</c>: when the keys that sign tokens are replaced. Each algorithm has keys of its own.
/// </summary>
internal sealed class SigningKeyOptions
{
    internal const string Section = "Idp:SigningKeys";

    /// <summary>How long a key signs before the next one does.</summary>
    /// <value>Default 90 days; longer than <see cref="Announce"/>, 400 days at most.</value>
    public TimeSpan RotateAfter { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a key is published before it signs, so that every agency has fetched it by then.</summary>
    /// <value>Default 14 days; more than 1 day, 90 days at most.</value>
    /// <remarks>
    /// The key set is served with <c>max-age=300</c>, but libraries look again as rarely as once a day; an agency that does
    /// not have the key refuses its tokens until it fetches.
    /// </remarks>
    public TimeSpan Announce { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long a key is still published after it stopped signing.</summary>
    /// <value>Default 14 days; more than 1 day, 400 days at most.</value>
    /// <remarks>
    /// Tokens are good for 5 minutes, but an ID token names the session at logout (<c>id_token_hint</c>) for as long as its key
    /// is published, and a session lives up to 24 hours.
    /// </remarks>
    public TimeSpan Retain { get; set; } = TimeSpan.FromDays(14);
}

/// <summary>Refuses times with which agencies would refuse tokens that are valid.</summary>
internal sealed class SigningKeyOptionsValidator : IValidateOptions<SigningKeyOptions>
{
    /// <summary>How long a client may keep the key set, whatever <c>max-age</c> says: libraries' defaults go up to a day.</summary>
    internal static readonly TimeSpan LongestCache = TimeSpan.FromDays(1);

    /// <summary>How long an ID token is of use: as <c>id_token_hint</c>, as long as the longest session.</summary>
    internal static readonly TimeSpan LongestUse = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestSigning = TimeSpan.FromDays(400);
    private static readonly TimeSpan LongestAnnouncement = TimeSpan.FromDays(90);
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(400);

    public ValidateOptionsResult Validate(string? name, SigningKeyOptions options)
    {
        string[] problems =
        [
            .. options.Announce <= LongestCache || options.Announce > LongestAnnouncement
                ? [$"Idp__SigningKeys__Announce must be more than {LongestCache}, for so long clients may keep the key set, and {LongestAnnouncement} at most."]
                : Array.Empty<string>(),
            .. options.Retain <= LongestUse || options.Retain > LongestRetention
                ? [$"Idp__SigningKeys__Retain must be more than {LongestUse}, for so long an ID token may be of use, and {LongestRetention} at most."]
                : Array.Empty<string>(),
            .. options.RotateAfter <= options.Announce || options.RotateAfter > LongestSigning
                ? [$"Idp__SigningKeys__RotateAfter must be more than Idp__SigningKeys__Announce and {LongestSigning} at most."]
                : Array.Empty<string>(),
        ];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
