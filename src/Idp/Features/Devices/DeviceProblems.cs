using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>What can keep a citizen from connecting a device.</summary>
internal static class DeviceProblems
{
    /// <summary>The code has expired, was answered before, or belongs to another browser.</summary>
    internal static readonly Problem Expired = New("MOI-DEV-001", "Expired", StatusCodes.Status400BadRequest);

    /// <summary>No passkey that can be used here reaches the level that the service wants.</summary>
    internal static readonly Problem TooWeak = New("MOI-DEV-002", "TooWeak", StatusCodes.Status403Forbidden);

    internal static readonly Problem TooManyCodes = New("MOI-DEV-003", "TooManyCodes", StatusCodes.Status429TooManyRequests);

    private static Problem New(string code, string key, int status)
        => new(code, key, status)
        {
            Texts = typeof(DeviceProblems),
            Ways = [new WayOn("Way.Device", "/device"), WayOn.Home, WayOn.Help],
        };
}
