using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>
/// Shows a citizen exactly what a service will receive, and takes the answer for this transaction, browser and session.
/// </summary>
[AllowAnonymous]
internal sealed class IndexModel(SignInTransactions transactions, ClientCatalog clients, SentData sent) : PageModel
{
    /// <summary>What the page shows.</summary>
    internal sealed record Contents(string Service, Sent Sent, bool IsAskedAlways, bool IsSandbox);

    [FromQuery(Name = SignInTransactions.Parameter)]
    public string? Handle { get; set; }

    internal Contents View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } found)
        {
            return new ErrorPage(ConsentProblems.Expired);
        }

        var (stored, service) = found;
        if (HttpContext.GetSession() is not { } session)
        {
            return Redirect(SignInTransactions.ReturnAddress(stored.Value, Handle!));
        }

        if (clients.Find(service.ClientId) is not { } client)
        {
            return new ErrorPage(ConsentProblems.Expired);
        }

        var request = stored.Value.AuthorizationRequest!;
        var wanted = Wishes.Of(new OpenIddictRequest(request.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))), client, clients);
        if (await sent.ReadAsync(session, client, wanted, ct) is not { } data)
        {
            return new ErrorPage(ConsentProblems.Expired);
        }

        View = new Contents(service.Name(), data, client.AsksEveryTime, service.IsSandbox);
        SecurityHeaders.AllowFormRedirectTo(HttpContext, request["redirect_uri"]);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? answer, CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } found || HttpContext.GetSession() is not { } session
            || answer is not ("agree" or "decline"))
        {
            return new ErrorPage(ConsentProblems.Expired);
        }

        // SECURITY: the answer carries the session that gave it; the protocol takes it from no other.
        var (stored, _) = found;
        var answered = stored.Value with { Consent = new ConsentOutcome(answer == "agree", session.Sid) };
        return await transactions.TryUpdateAsync(Handle!, stored, answered, ct)
            ? Redirect(SignInTransactions.ReturnAddress(answered, Handle!))
            : new ErrorPage(ConsentProblems.Expired);
    }

    private async Task<(Stored<SignInTransaction> Stored, RequestingService Service)?> FindAsync(CancellationToken ct)
        => await transactions.FindAsync(HttpContext, Handle, ct) is { Value: { AuthorizationRequest: not null, Service: { } service } } stored
            ? (stored, service)
            : null;
}
