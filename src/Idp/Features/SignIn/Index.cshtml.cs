using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>What a sign-in page shows.</summary>
internal sealed record SignInView(SignInRequest Request, StartedCeremony Ceremony, CeremonyFailure? Failure);

/// <summary><c>/sign-in</c>: the button, autofill, and the ways around them.</summary>
[PasskeyPage]
internal sealed class IndexModel(
    SignInRequests requests, SignInCeremony ceremony, SignInTransactions transactions) : PageModel
{
    internal SignInRequest Journey { get; private set; } = null!;

    /// <summary>The ceremony; nothing while the page only asks whether to go on with the session that is there.</summary>
    internal SignInView? View { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        if (HttpContext.GetSession() is not null && request.AcceptsSession && !Request.Query.ContainsKey("switch"))
        {
            request.AllowOnward(HttpContext);
            Journey = request;
            return Page();
        }

        return await ShowAsync(request, null, ct);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var (onward, failure) = await ceremony.FinishAsync(HttpContext, request, ct);
        return onward is not null ? Redirect(onward) : await ShowAsync(request, failure, ct);
    }

    /// <summary>Goes on with the session that is there.</summary>
    public async Task<IActionResult> OnPostContinueAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        // SECURITY: nothing is written down. No passkey was touched, and whatever demands a touch for this transaction looks for
        // the record of one.
        // Where a session is not enough, the page is opened anew: shown here, its passkey form would be posted here again.
        return Redirect(HttpContext.GetSession() is not null && request.AcceptsSession ? request.Onward : "/sign-in" + request.Query);
    }

    /// <summary>
    /// "This is not my account": an agency asked to confirm whoever is signed in here, and somebody else sits at the
    /// computer. The request goes on, with any account; a touch is demanded all the same.
    /// </summary>
    public async Task<IActionResult> OnPostSwitchAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        if (request is { IsConfirmation: true, Transaction: { } read })
        {
            var anybody = read.Value with { Requirement = read.Value.Requirement with { CitizenId = null } };
            await transactions.TryUpdateAsync(request.Handle!, read, anybody, ct);
        }

        return Redirect("/sign-in" + request.Query);
    }

    private async Task<IActionResult> ShowAsync(SignInRequest request, CeremonyFailure? failure, CancellationToken ct)
    {
        if (await ceremony.StartAsync(HttpContext, request, [], ct) is not { } started)
        {
            return new ErrorPage(failure?.Problem ?? SignInProblems.RequestExpired);
        }

        request.AllowOnward(HttpContext);
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        Journey = request;
        View = new SignInView(request, started, failure);
        return Page();
    }
}
