using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary><c>/sign-in/phone</c>: explains the QR code before the device shows one; also the way with a security key.</summary>
[PasskeyPage]
internal sealed class PhoneModel(SignInRequests requests, SignInCeremony ceremony) : PageModel
{
    internal SignInView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
        => await requests.ReadAsync(HttpContext, ct) is { } request
            ? await ShowAsync(request, null, ct)
            : SignInProblems.NoRequest(HttpContext);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await requests.ReadAsync(HttpContext, ct) is not { } request)
        {
            return SignInProblems.NoRequest(HttpContext);
        }

        var (onward, failure) = await ceremony.FinishAsync(HttpContext, request, ct);
        return onward is not null ? Redirect(onward) : await ShowAsync(request, failure, ct);
    }

    private async Task<IActionResult> ShowAsync(SignInRequest request, CeremonyFailure? failure, CancellationToken ct)
    {
        if (await ceremony.StartAsync(HttpContext, request, ["hybrid", "security-key"], ct) is not { } started)
        {
            return new ErrorPage(failure?.Problem ?? SignInProblems.RequestExpired);
        }

        request.AllowOnward(HttpContext);
        Response.StatusCode = failure?.Problem.Status ?? StatusCodes.Status200OK;
        View = new SignInView(request, started, failure);
        return Page();
    }
}
