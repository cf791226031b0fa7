using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/services</c>: which services may read what, and the way to end it.</summary>
[Authorize]
internal sealed class ServicesModel(IConnectedServices services, IConnectedDevices devices) : PageModel
{
    private const int LongestClientId = 100;

    internal IReadOnlyList<ConnectedService> Services { get; private set; } = [];

    /// <summary>Devices without a browser, by the service at which they act.</summary>
    internal ILookup<string, ConnectedDevice> Devices { get; private set; } = Array.Empty<ConnectedDevice>().ToLookup(device => device.ClientId);

    /// <summary>What was done before, a key of the page's texts.</summary>
    internal string? Done => (string?)Request.Query["done"] switch { "revoked" => "Done", "disconnected" => "Done.Device", _ => null };

    public async Task OnGetAsync(CancellationToken ct)
    {
        var citizen = HttpContext.RequireSession().CitizenId;
        Services = await services.ListAsync(citizen, ct);
        Devices = (await devices.ListAsync(citizen, ct)).ToLookup(device => device.ClientId);
    }

    /// <summary>Ends what one device may do; the service stays connected.</summary>
    public async Task<IActionResult> OnPostDisconnectAsync([FromForm] Guid? device, CancellationToken ct)
    {
        if (device is { } id)
        {
            await devices.EndAsync(HttpContext.RequireSession(), id, ct);
        }

        return Redirect("/account/services?done=disconnected");
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] string? client, CancellationToken ct)
    {
        if (client is { Length: > 0 and <= LongestClientId })
        {
            await services.RevokeAsync(HttpContext.RequireSession(), client, ct);
        }

        return Redirect("/account/services?done=revoked");
    }
}
