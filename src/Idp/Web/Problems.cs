namespace Moi.Identity.Idp.Web;

/// <summary>The problems any page can have.</summary>
internal static class Problems
{
    internal static readonly Problem BadRequest = new("MOI-SYS-400", "BadRequest", 400);

    /// <summary>The antiforgery field is missing, or belongs to another browser.</summary>
    internal static readonly Problem StaleForm =
        new("MOI-SYS-403", "StaleForm", 400) { Ways = [WayOn.Retry, WayOn.Home, WayOn.Help] };

    internal static readonly Problem NotAllowed = new("MOI-SYS-401", "NotAllowed", 403);

    internal static readonly Problem NotFound = new("MOI-SYS-404", "NotFound", 404);

    internal static readonly Problem WrongMethod = new("MOI-SYS-405", "WrongMethod", 405)
    {
        Ways = [WayOn.Retry, WayOn.Home, WayOn.Help],
    };

    internal static readonly Problem TooLarge = new("MOI-SYS-413", "TooLarge", 413)
    {
        Ways = [WayOn.Retry, WayOn.Home, WayOn.Help],
    };

    /// <summary>The Host header names another server; pages for it have a layout of their own.</summary>
    internal static readonly Problem WrongHost = new("MOI-SYS-421", "WrongHost", 421);

    internal static readonly Problem TooMany = new("MOI-SYS-429", "TooMany", 429)
    {
        Ways = [WayOn.Retry, WayOn.Home, WayOn.Help],
    };

    internal static readonly Problem Unexpected = new("MOI-SYS-500", "Unexpected", 500)
    {
        Ways = [WayOn.Retry, WayOn.Home, WayOn.Help],
    };

    /// <summary>A part this service needs, such as its database, cannot be reached just now.</summary>
    internal static readonly Problem Unavailable = new("MOI-SYS-503", "Unavailable", 503)
    {
        Ways = [WayOn.Retry, WayOn.Home, WayOn.Help],
    };

    internal static Problem ForStatus(int status) => status switch
    {
        401 or 403 => NotAllowed with { Status = status },
        404 => NotFound,
        405 => WrongMethod,
        413 => TooLarge,
        429 => TooMany,
        503 => Unavailable,
        >= 500 => Unexpected with { Status = status },
        _ => BadRequest with { Status = status },
    };
}
