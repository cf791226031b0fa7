using System.Globalization;
using System.Security.Claims;

namespace Moi.Identity;

/// <summary>The signed-in citizen, as the provider vouched for them. Ask for it as a parameter of a handler or page that requires a citizen.</summary>
public sealed class CitizenContext
{
    private readonly TimeProvider _time;

    private CitizenContext(string subject, ClaimsPrincipal citizen, TimeProvider time)
    {
        _time = time;
        Subject = subject;
        Nickname = citizen.FindFirstValue("nickname");
        Acr = citizen.FindFirstValue("acr");
        Amr = [.. citizen.FindAll("amr").Select(c => c.Value)];
        Sid = citizen.FindFirstValue("sid");
        AuthTime = long.TryParse(citizen.FindFirstValue("auth_time"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
    }

    /// <summary>The citizen's identifier at this agency (<c>sub</c>). Another agency sees another one; it never changes and is no national ID number.</summary>
    public string Subject { get; }

    /// <summary>The label the citizen chose (<c>nickname</c>), when it was shared. Not a legal name: never decide anything by it.</summary>
    public string? Nickname { get; }

    /// <summary>The assurance of this sign-in when it was made (<c>acr</c>), for example <c>urn:moi:acr:2</c>.</summary>
    public string? Acr { get; }

    /// <summary>
    /// What is left at this moment of the assurance of this sign-in, or <see langword="null"/> when its <c>acr</c> is missing or unknown:
    /// the highest level lasts 15 minutes.
    /// </summary>
    public AssuranceLevel? Level => LevelAt(_time.GetUtcNow());

    /// <summary>What is left of the assurance of this sign-in at some moment: level three is level two 15 minutes after the passkey was touched.</summary>
    /// <param name="now">The moment.</param>
    /// <returns>The level, or <see langword="null"/> when its <c>acr</c> is missing or unknown.</returns>
    public AssuranceLevel? LevelAt(DateTimeOffset now)
    {
        var reached = Identity.Acr.LevelOf(Acr);
        return reached is AssuranceLevel.Three
            && !Assurance.StepUp.IsReached(Acr, AuthTime, AssuranceLevel.Three, Identity.Acr.FreshnessOfThree, now)
                ? AssuranceLevel.Two
                : reached;
    }

    /// <summary>How the citizen was authenticated (<c>amr</c>, RFC 8176), for example <c>hwk</c>, <c>user</c>, <c>mfa</c>.</summary>
    public IReadOnlyList<string> Amr { get; }

    /// <summary>When the citizen last touched the passkey (<c>auth_time</c>).</summary>
    public DateTimeOffset? AuthTime { get; }

    /// <summary>The provider's name for the citizen's session (<c>sid</c>), which back-channel logout speaks of.</summary>
    public string? Sid { get; }

    /// <summary>Reads the citizen from a principal that this package signed in.</summary>
    /// <param name="principal">Usually <c>HttpContext.User</c>.</param>
    /// <param name="time">The clock of <see cref="Level"/>; without it the system's.</param>
    /// <returns>The citizen, or <see langword="null"/> when nobody is signed in.</returns>
    public static CitizenContext? From(ClaimsPrincipal principal, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identity is { IsAuthenticated: true } && principal.FindFirstValue("sub") is { Length: > 0 } subject
            ? new CitizenContext(subject, principal, time ?? TimeProvider.System)
            : null;
    }
}
