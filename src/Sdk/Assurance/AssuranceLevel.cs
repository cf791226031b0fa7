namespace Moi.Identity;

/// <summary>How sure the provider is that the citizen is who they say: the order of the <c>acr</c> values.</summary>
public enum AssuranceLevel
{
    /// <summary><c>urn:moi:acr:1</c>, 一般登入: a passkey with user verification; the identity is what the citizen says.</summary>
    One = 1,

    /// <summary><c>urn:moi:acr:2</c>, 實名登入: as level one, and bound once to a government credential or at a counter.</summary>
    Two = 2,

    /// <summary><c>urn:moi:acr:3</c>, 高度保證: as level two, with an attested, device-bound authenticator that was used within the last 15 minutes.</summary>
    Three = 3,
}

internal static class Acr
{
    /// <summary>RFC 9470 §4: how long after the touch the highest level lasts; level two is left then.</summary>
    internal static readonly TimeSpan FreshnessOfThree = TimeSpan.FromMinutes(15);

    internal static string Of(AssuranceLevel level) => level switch
    {
        AssuranceLevel.One => "urn:moi:acr:1",
        AssuranceLevel.Two => "urn:moi:acr:2",
        AssuranceLevel.Three => "urn:moi:acr:3",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "There are three levels of assurance."),
    };

    /// <summary>The level of an <c>acr</c> value; anything unknown is no level at all.</summary>
    internal static AssuranceLevel? LevelOf(string? acr) => acr switch
    {
        "urn:moi:acr:1" => AssuranceLevel.One,
        "urn:moi:acr:2" => AssuranceLevel.Two,
        "urn:moi:acr:3" => AssuranceLevel.Three,
        _ => null,
    };
}
