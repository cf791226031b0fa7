using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>
/// Shows a citizen exactly what a service will receive, and takes the answer for this transaction, browser and session.
/// </summary>
[AllowAnonymous]
internal sealed class IndexModel(SignInTransactions transactions, ClientCatalog clients, GrantStore grants) : PageModel
{
    /// <summary>
    /// What the page shows. <c>Apis</c> is what the service may do elsewhere, where and in the words of each scope;
    /// <c>Details</c> is agreed to this time only.
    /// </summary>
    internal sealed record Contents(
        string Service, string Agency, string Subject, string? Nickname, string? Locale, Session Session, bool Offline,
        IReadOnlyList<(Owner Owner, IReadOnlyList<string> Texts)> Apis, IReadOnlyList<DetailWords> Details, bool IsAskedAlways, bool IsSandbox);

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
        var wanted = Wishes.Of(new OpenIddictRequest(request.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))), client, clients);
        var released = wanted.Released;
        var inEnglish = Languages.Current == Languages.English;
        View = new Contents(
            inEnglish ? service.NameEn : service.NameZh,
            inEnglish ? service.AgencyEn : service.AgencyZh,
            entry.Subject ?? await grants.GetSubjectAsync(session.CitizenId, client.Sector, ct),
            released.Contains(Claims.Nickname) ? entry.Nickname : null,
            released.Contains(Claims.Locale) ? Languages.Current.Culture.Name : null,
            session,
            wanted.Scopes.Contains(ScopeCatalogue.OfflineAccess),
            Apis(wanted.Scopes),
            [.. wanted.Details.Select(detail => DetailWords.Of(detail, Owner.Of(clients.OwnerOf(detail.Resource.Identifier)!)))],
            client.AsksEveryTime,
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

    /// <summary>The scopes of protected resources, by who has the resource.</summary>
    private IReadOnlyList<(Owner Owner, IReadOnlyList<string> Texts)> Apis(IReadOnlyList<string> scopes)
        =>
        [
            .. from scope in scopes
               let resource = clients.ResourceOf(scope)
               where resource is not null
               group resource.Scopes.First(s => s.Name == scope) by resource.Identifier into asked
               select (
                   Owner.Of(clients.OwnerOf(asked.Key)!),
                   (IReadOnlyList<string>)[.. asked.Select(s => Languages.Current == Languages.English ? s.TextEn : s.TextZh)]),
        ];

    private async Task<(Stored<SignInTransaction> Stored, RequestingService Service)?> FindAsync(CancellationToken ct)
        => await transactions.FindAsync(HttpContext, Handle, ct) is { Value: { AuthorizationRequest: not null, Service: { } service } } stored
            ? (stored, service)
            : null;
}
