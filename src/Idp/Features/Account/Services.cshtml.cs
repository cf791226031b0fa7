using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary><c>/account/services</c>: which services may read what, and the way to end it.</summary>
[Authorize]
internal sealed class ServicesModel(IConnectedServices services) : PageModel
{
    private const int LongestClientId = 100;

    internal IReadOnlyList<ConnectedService> Services { get; private set; } = [];

    internal bool IsDone => Request.Query["done"] == "revoked";

    public async Task OnGetAsync(CancellationToken ct)
        => Services = await services.ListAsync(HttpContext.RequireSession().CitizenId, ct);

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] string? client, CancellationToken ct)
    {
        if (client is { Length: > 0 and <= LongestClientId })
        {
            await services.RevokeAsync(HttpContext.RequireSession(), client, ct);
        }

        return Redirect("/account/services?done=revoked");
    }
}
