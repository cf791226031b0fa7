namespace Moi.Identity.Idp.Web;

/// <summary>Something that keeps a citizen from going on, told on a page of its own.</summary>
/// <param name="Code">What support asks for, <c>MOI-AREA-nnn</c>; never reused.</param>
/// <param name="Key">
/// Where its texts begin in the resources of <see cref="Texts"/>: <c>Key.Title</c>, <c>Key.What</c> (what happened),
/// optionally <c>Key.Why</c>, and <c>Key.Next</c> (what to do).
/// </param>
/// <param name="Status">The HTTP status of the page.</param>
internal sealed record Problem(string Code, string Key, int Status)
{
    /// <summary>The class whose <c>.resx</c> files hold the texts; usually the feature's catalogue of problems.</summary>
    internal Type Texts { get; init; } = typeof(Problems);

    /// <summary>Fills <c>{0}</c>, <c>{1}</c>… of the texts.</summary>
    internal IReadOnlyList<object> Arguments { get; init; } = [];

    /// <summary>The ways on, the best one first. Never fewer than two.</summary>
    internal IReadOnlyList<WayOn> Ways { get; init; } = [WayOn.Home, WayOn.Help];
}

/// <summary>A link on an error page.</summary>
/// <param name="Key">Its text, in the problem's resources or in those of <see cref="Problems"/>.</param>
/// <param name="Address">A path of this site, or the address of an agency; null for the page that failed.</param>
internal sealed record WayOn(string Key, string? Address)
{
    internal static readonly WayOn Retry = new("Way.Retry", null);

    internal static readonly WayOn Home = new("Way.Home", "/");

    internal static readonly WayOn Help = new("Way.Help", "/help");

    internal static readonly WayOn Account = new("Way.Account", "/account");
}
