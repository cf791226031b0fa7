using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>The assurance levels (<c>acr</c>) and which of them a session has.</summary>
internal static class AssuranceLevels
{
    internal const string One = "urn:moi:acr:1";
    internal const string Two = "urn:moi:acr:2";
    internal const string Three = "urn:moi:acr:3";

    /// <summary>A high-assurance authentication counts as one for this long.</summary>
    private static readonly TimeSpan FreshnessOfThree = TimeSpan.FromMinutes(15);

    private static readonly string[] Ascending = [One, Two, Three];

    /// <summary>The levels that somebody can reach here. Levels 2 and 3 need an identity that was checked.</summary>
    internal static IReadOnlyList<string> Attainable(AssuranceOptions options) => options.IdentityProofing ? Ascending : [One];

    /// <summary>What the passkey must be, for any of the levels asked for.</summary>
    internal static AuthenticatorClass MinimumFor(IReadOnlyList<string> asked)
        => asked.Count > 0 && asked.All(level => level == Three) ? AuthenticatorClass.Attested : AuthenticatorClass.Any;

    /// <summary>The level the session has at this moment.</summary>
    internal static string Of(Session session, DateTimeOffset now) => At(session.Acr, session.AuthTime, now);

    /// <summary>What is left at this moment of a level that was reached by an authentication.</summary>
    internal static string At(string level, DateTimeOffset authTime, DateTimeOffset now)
        => level == Three && now - authTime > FreshnessOfThree ? Two : level;

    /// <summary>Whether a level is at least the one asked for. Unknown levels are met by none.</summary>
    internal static bool Meets(string level, string asked)
        => Array.IndexOf(Ascending, asked) is >= 0 and var rank && Array.IndexOf(Ascending, level) >= rank;
}
