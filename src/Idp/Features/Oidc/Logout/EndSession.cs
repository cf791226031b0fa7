using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>
/// OpenID Connect RP-Initiated Logout 1.0 §2: a request that proves which session it means ends it at once; any other
/// asks the citizen first.
/// </summary>
internal sealed class EndSession(
    IServiceScopeFactory scopes, Records<LogoutRequest> requests, BrowserMark browser, SessionCookie cookie)
    : IOpenIddictServerHandler<HandleEndSessionRequestContext>
{
    public async ValueTask HandleAsync(HandleEndSessionRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (HttpMethods.IsPost(http.Request.Method))
        {
            // A form of another site brings no session cookie along; a GET does.
            var parameters = context.Request.GetParameters().ToDictionary(p => p.Key, p => (string?)p.Value);
            Redirect(context, http, QueryHelpers.AddQueryString("/connect/logout", parameters), StatusCodes.Status303SeeOther);
            return;
        }

        await http.AuthenticateAsync(SessionAuthentication.Scheme_);
        if (http.GetSession() is { } session)
        {
            if (!IsOf(session, context.IdentityTokenHintPrincipal))
            {
                await AskAsync(context, http, session);
                return;
            }

            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SessionEnding>()
                .EndAsync(session, SessionEndReason.SignedOutByAgency, context.CancellationToken);
            cookie.Clear(http);
        }

        if (string.IsNullOrEmpty(context.Request.PostLogoutRedirectUri))
        {
            Redirect(context, http, "/signed-out");
        }
        else
        {
            context.SignOut();
        }
    }

    /// <summary>Whether an ID token that we signed was made in this session.</summary>
    private static bool IsOf(Session session, ClaimsPrincipal? hint)
        => hint?.GetClaim(Claims.Subject) is { } subject && hint.GetClaim("sid") == AgencySessionId.Of(session.Sid, subject);

    private async Task AskAsync(HandleEndSessionRequestContext context, HttpContext http, Session session)
    {
        // The engine has compared the address with the registration.
        var address = context.Request.PostLogoutRedirectUri;
        if (!string.IsNullOrEmpty(address) && context.Request.State is { } state)
        {
            address = QueryHelpers.AddQueryString(address, Parameters.State, state);
        }

        var handle = await requests.AddAsync(
            new LogoutRequest(browser.GetOrCreate(http), session.Sid, string.IsNullOrEmpty(address) ? null : address),
            context.CancellationToken);
        Redirect(context, http, "/connect/logout/confirm?request=" + handle);
    }

    private static void Redirect(
        HandleEndSessionRequestContext context, HttpContext http, string address, int status = StatusCodes.Status302Found)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.Location = address;
        context.HandleRequest();
    }
}
