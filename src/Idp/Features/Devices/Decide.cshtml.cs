using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Consent;
using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Oidc.Devices;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>
/// <c>/device/decide</c>, RFC 8628 §5.4: says which service asks, since when and from where, shows the code again, and asks
/// whether the citizen started this.
/// </summary>
[AllowAnonymous]
internal sealed class DecideModel(
    SignInTransactions transactions, DeviceRequests requests, DeviceDecision decision, SentData sent)
    : PageModel
{
    internal const string Path = "/device/decide";

    /// <summary>What the page shows.</summary>
    internal sealed record Contents(RequestingService Service, string Code, DateTimeOffset AskedAt, string? From, Sent Sent);

    [FromQuery(Name = SignInTransactions.Parameter)]
    public string? Handle { get; set; }

    internal Contents View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await transactions.FindAsync(HttpContext, Handle, ct) is not { Value: { UserCode: { } code } transaction } stored
            || await requests.ClaimAsync(HttpContext, code, ct) is not { } request || decision.ClientOf(request) is not { } client)
        {
            return new ErrorPage(DeviceProblems.Expired);
        }

        switch (decision.Authenticated(client, HttpContext.GetSession(), transaction))
        {
            case AuthenticationDecision.Refuse:
                return new ErrorPage(DeviceProblems.TooWeak);
            case AuthenticationDecision.SignIn(var requirement):
                var asking = transaction with { Requirement = requirement with { Fresh = true, Purpose = transaction.Requirement.Purpose } };
                return await transactions.TryUpdateAsync(Handle!, stored, asking, ct)
                    ? Redirect("/sign-in?" + SignInTransactions.Parameter + "=" + Handle)
                    : new ErrorPage(DeviceProblems.Expired);
        }

        if (await sent.ReadAsync(HttpContext.RequireSession(), client, Wishes.OfScopes([.. request.Scopes]), ct) is not { } data)
        {
            return new ErrorPage(DeviceProblems.Expired);
        }

        View = new Contents(transaction.Service!, UserCode.Show(code), request.AskedAt, request.From, data);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? answer, CancellationToken ct)
    {
        // SECURITY: transaction and code are taken before anything is checked; a second answer, or one of another browser, finds
        // nothing.
        return answer is "approve" or "refuse"
            && await transactions.TakeAsync(HttpContext, Handle, ct) is { UserCode: { } code } transaction
            && await requests.TakeAsync(HttpContext, code, ct) is var (deviceCode, request)
            && await decision.AnswerAsync(deviceCode, request, transaction, HttpContext.GetSession(), answer == "approve", ct)
            ? Redirect("/device/done?answer=" + answer)
            : new ErrorPage(DeviceProblems.Expired);
    }
}
