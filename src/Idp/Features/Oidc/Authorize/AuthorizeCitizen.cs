using System.Globalization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>
/// Answers an accepted authorization request: sends the browser to sign in, to the consent page, or back to the
/// agency with a code.
/// </summary>
internal sealed class AuthorizeCitizen(
    ClientCatalog clients, SignInTransactions transactions, GrantStore grants, SessionStore sessions, SqlDatabase sql,
    AuditContextFactory audit, Audiences audiences, IOptions<AssuranceOptions> assurance, TimeProvider time)
    : IOpenIddictServerHandler<HandleAuthorizationRequestContext>
{
    public async ValueTask HandleAsync(HandleAuthorizationRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        var request = context.Request;
        var client = clients.Find(request.ClientId)!;
        var transaction = context.Transaction.GetProperty<SignInTransaction>(typeof(SignInTransaction).FullName!);
        await http.AuthenticateAsync(SessionAuthentication.Scheme_);
        var session = http.GetSession();
        switch (AuthenticationPolicy.Decide(
            request, session, transaction?.Outcome, client.Metadata.MinimumAcr, AssuranceLevels.Attainable(assurance.Value), time.GetUtcNow()))
        {
            case AuthenticationDecision.Refuse refusal:
                context.Refuse(refusal.Refusal);
                return;
            case AuthenticationDecision.SignIn signIn:
                await SignInAsync(context, http, client, signIn.Requirement);
                return;
        }

        var entry = await grants.ReadEntryAsync(session!, client, context.CancellationToken);
        if (entry is { HasEnded: true })
        {
            // A new sign-in would carry it on, with codes that are good for nothing, until it is out of the store.
            await sessions.RemoveAsync(session!, context.CancellationToken);
            await SignInAsync(context, http, client, new AuthenticationRequirement { Fresh = true });
            return;
        }

        if (entry is not { MaySignIn: true } || IsAnotherCitizen(context, entry))
        {
            await RefuseOrSignInAsync(context, http, client, transaction);
            return;
        }

        if (transaction?.Outcome is null && (HintsAtAnotherCitizen(request, entry) || HintsAtNobody(context)))
        {
            await SignInAsync(context, http, client, new AuthenticationRequirement { Fresh = true });
            return;
        }

        var wanted = Wishes.Of(request, client, clients);
        var released = wanted.Released;
        var before = entry.Released?.Split(' ').Intersect(wanted.Releasable) ?? [];
        var answer = transaction?.Consent is { } given && given.Sid == session!.Sid ? given : null;
        if (answer is { Granted: false })
        {
            await sql.AppendAsync(AuditEvents.ConsentDeclined(audit.Create(), session!, client.Id), context.CancellationToken);
            context.Refuse(RequestRefusals.Declined);
            return;
        }

        // RFC 9396 §11.1: details are agreed to each time; an agreement to one payment is none to the next.
        if (answer is null && (request.HasPromptValue(PromptValues.Consent) || client.AsksEveryTime
            || wanted.Details.Count > 0 || released.Except(before).Any()))
        {
            await AskForConsentAsync(context, http, client, transaction);
            return;
        }

        var subject = entry.Subject ?? await grants.GetSubjectAsync(session!.CitizenId, client.Sector, context.CancellationToken);
        var grantId = await grants.EnterAsync(
            new GrantEntry(
                session!, client, subject, string.Join(' ', wanted.Scopes), CultureInfo.CurrentUICulture.Name,
                answer is null ? null : string.Join(' ', released.Union(before)), wanted.DetailTypes)
            {
                RestsOnConsent = answer is null && released.Count > 0,
            },
            context.CancellationToken);
        if (grantId is not { } granted)
        {
            await AskForConsentAsync(context, http, client, transaction);
            return;
        }

        context.SignIn(ClaimsOf(session!, subject, wanted, entry.Nickname).ToPrincipal(
            wanted.Scopes, audiences.Of(request.GetResources(), wanted.Scopes, wanted.Details), granted));
    }

    /// <summary>
    /// The request as it was accepted, to be kept while the citizen is on our pages. Several resources are kept as one
    /// text: registered identifiers hold no spaces.
    /// </summary>
    private static Dictionary<string, string?> Parameters(OpenIddictRequest request)
        => request.GetParameters()
            .Where(p => p.Key is not (OpenIddictConstants.Parameters.RequestUri or OpenIddictConstants.Parameters.Request))
            .Select(p => (p.Key, Value: p.Key == OpenIddictConstants.Parameters.Resource ? string.Join(' ', request.GetResources()) : (string?)p.Value))
            .Where(p => p.Value is not null)
            .ToDictionary(p => p.Key, p => p.Value);

    /// <summary>
    /// OpenID Connect Core §3.1.2.1 and §5.5.1: <c>id_token_hint</c>, or a value of the claim <c>sub</c>, names the
    /// citizen that the agency expects.
    /// </summary>
    private static bool IsAnotherCitizen(HandleAuthorizationRequestContext context, EntryState entry)
        => (context.IdentityTokenHintPrincipal?.GetClaim(Claims.Subject) is { } expected && expected != entry.Subject)
            || (ClaimsRequest.Of(context.Request).Subjects is { Count: > 0 } subjects && !subjects.Contains(entry.Subject));

    /// <summary>
    /// OpenID Connect Core §3.1.2.1: <c>login_hint</c>, here the subject by which the agency knows a citizen. A browser in
    /// which somebody else is signed in then asks who is there; whoever answers, the agency gets that citizen's subject.
    /// </summary>
    /// <remarks>A hint that cannot be a subject, an e-mail address for instance, means nothing to us. Whether a subject
    /// exists is never told: an unknown one is treated like another citizen's.</remarks>
    private static bool HintsAtAnotherCitizen(OpenIddictRequest request, EntryState entry)
        => PairwiseSubject.HasShape(request.LoginHint) && request.LoginHint != entry.Subject;

    /// <summary>
    /// OpenID Connect Core §3.1.2.2: an <c>id_token_hint</c> that cannot be verified, for want of a key that was withdrawn
    /// perhaps, names a citizen whom nobody knows. It need not be whoever is signed in here.
    /// </summary>
    private static bool HintsAtNobody(HandleAuthorizationRequestContext context)
        => !string.IsNullOrEmpty(context.Request.IdTokenHint) && context.IdentityTokenHintPrincipal is null;

    private static void Redirect(
        HandleAuthorizationRequestContext context, HttpContext http, string address)
    {
        http.Response.StatusCode = StatusCodes.Status302Found;
        http.Response.Headers.Location = address;
        http.Response.Headers.CacheControl = "no-store";
        context.HandleRequest();
    }

    /// <summary>The account is suspended, its passkey removed, or it is not the one that the agency expects.</summary>
    private async Task RefuseOrSignInAsync(
        HandleAuthorizationRequestContext context, HttpContext http, Client client, SignInTransaction? transaction)
    {
        if (transaction?.Outcome is not null)
        {
            context.Refuse(RequestRefusals.OtherCitizen);
            return;
        }

        await SignInAsync(context, http, client, new AuthenticationRequirement { Fresh = true });
    }

    private async Task SignInAsync(
        HandleAuthorizationRequestContext context, HttpContext http, Client client, AuthenticationRequirement requirement)
    {
        if (context.Request.HasPromptValue(PromptValues.None))
        {
            context.Refuse(RequestRefusals.SignIn);
            return;
        }

        var handle = await transactions.BeginAsync(
            http, "/connect/authorize", requirement, client.Describe(context.Request.RedirectUri!),
            Parameters(context.Request)!, context.CancellationToken);
        Redirect(context, http, Page("/sign-in", handle, context.Request));
    }

    private async Task AskForConsentAsync(
        HandleAuthorizationRequestContext context, HttpContext http, Client client, SignInTransaction? transaction)
    {
        if (context.Request.HasPromptValue(PromptValues.None))
        {
            context.Refuse(RequestRefusals.Consent);
            return;
        }

        var handle = transaction is null
            ? await transactions.BeginAsync(
                http, "/connect/authorize", new AuthenticationRequirement(), client.Describe(context.Request.RedirectUri!),
                Parameters(context.Request)!, context.CancellationToken)
            : await transactions.ContinueAsync(transaction with { Consent = null }, context.CancellationToken);
        Redirect(context, http, Page("/consent", handle, context.Request));
    }

    private static string Page(string path, string handle, OpenIddictRequest request)
    {
        var address = QueryHelpers.AddQueryString(path, SignInTransactions.Parameter, handle);
        return request.UiLocales is { Length: > 0 and < 200 } locales
            ? QueryHelpers.AddQueryString(address, OpenIddictConstants.Parameters.UiLocales, locales)
            : address;
    }

    private CitizenClaims ClaimsOf(Session session, string subject, Wishes wanted, string nickname)
        => new(subject, session.Sid, AssuranceLevels.Of(session, time.GetUtcNow()), session.AuthTime, session.Amr)
        {
            Nickname = wanted.IdTokenClaims.Contains(Claims.Nickname) ? nickname : null,
            Locale = wanted.IdTokenClaims.Contains(Claims.Locale) ? CultureInfo.CurrentUICulture.Name : null,
            UserInfoClaims = [.. wanted.UserInfoClaims],
            Details = wanted.Details.Count == 0 ? null : AuthorizationDetails.Write(wanted.Details.Select(d => d.Members)),
        };
}
