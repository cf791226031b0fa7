using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Features.Oidc.Devices;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;
using Moi.Identity.Idp.Web.Limits;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>
/// <c>/device</c>, RFC 8628 §3.3: a citizen types the code that a device shows. An address that brings the code along fills
/// it in and does nothing else.
/// </summary>
[AllowAnonymous]
internal sealed class IndexModel(
    DeviceRequests requests, DeviceDecision decision, SignInTransactions transactions, RequestLimiter limiter, BrowserMark browser,
    IStringLocalizer<IndexModel> texts)
    : PageModel
{
    internal const string CodeField = "user_code";

    /// <summary>What is in the field, to be looked at or corrected.</summary>
    internal string Code { get; private set; } = "";

    public void OnGet() => Code = UserCode.Read(Request.Query[CodeField]) is { } code ? UserCode.Show(code) : "";

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = await Request.ReadFormAsync(ct);
        if (UserCode.Read(form[CodeField]) is not { } code)
        {
            return Mistaken(form[CodeField].ToString(), "Mistake.Unreadable");
        }

        // SECURITY: RFC 8628 §5.1. Counted before the code is looked at, or as many guesses as come at once would be answered.
        if (Count(1) is { } wait)
        {
            Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return new ErrorPage(DeviceProblems.TooManyCodes);
        }

        if (await requests.ClaimAsync(HttpContext, code, ct) is not { } request || decision.ClientOf(request) is not { } client)
        {
            return Mistaken(UserCode.Show(code), "Mistake.Unknown");
        }

        // It was no guess.
        Count(-1);
        var handle = await transactions.BeginAsync(HttpContext, DecideModel.Path, client.Describe(null), code, ct);
        return Redirect(DecideModel.Path + "?" + SignInTransactions.Parameter + "=" + handle);
    }

    private PageResult Mistaken(string typed, string mistake)
    {
        Code = typed.Length <= 30 ? typed : "";
        ModelState.AddModelError(CodeField, texts[mistake]);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    /// <summary>Counts guesses of this address and of this browser.</summary>
    /// <returns>How long to wait, if there were too many.</returns>
    private TimeSpan? Count(int guesses)
    {
        var byAddress = LimitRequests.Sender(HttpContext) is { } address ? limiter.Add(LimitRule.WrongCodes, address, guesses) : null;
        var byBrowser = limiter.Add(LimitRule.WrongCodes, browser.GetOrCreate(HttpContext), guesses);
        return byAddress ?? byBrowser;
    }
}
