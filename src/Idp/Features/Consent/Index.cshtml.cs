using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>
/// Shows a citizen exactly what a service will receive, and takes the answer for this transaction, browser and session.
/// </summary>
[AllowAnonymous]
internal sealed class IndexModel(SignInTransactions transactions, ClientCatalog clients, GrantStore grants) : PageModel
{
    /// <summary>What the page shows.</summary>
    internal sealed record Contents(
        string Service, string Agency, string Subject, string? Nickname, string? Locale, Session Session, bool Offline, bool IsSandbox);

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

        var client = clients.Find(service.ClientId);
        if (client is null || await grants.ReadEntryAsync(session, client, ct) is not { MaySignIn: true } entry)
        {
            return new ErrorPage(ConsentProblems.Expired);
        }

        var request = stored.Value.AuthorizationRequest!;
        var scopes = request.GetValueOrDefault("scope", "").Split(' ');
        var inEnglish = Languages.Current == Languages.English;
        View = new Contents(
            inEnglish ? service.NameEn : service.NameZh,
            inEnglish ? service.AgencyEn : service.AgencyZh,
            entry.Subject ?? await grants.GetSubjectAsync(session.CitizenId, client.Sector, ct),
            scopes.Contains(ScopeCatalogue.Profile) ? entry.Nickname : null,
            scopes.Contains(ScopeCatalogue.Profile) ? Languages.Current.Culture.Name : null,
            session,
            scopes.Contains(ScopeCatalogue.OfflineAccess),
            service.IsSandbox);
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
