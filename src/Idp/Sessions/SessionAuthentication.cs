using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Authenticates a request by its session cookie: one read of the short-lived store, nothing else.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    SessionStore sessions,
    SessionCookie cookie)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    internal const string Scheme_ = "session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[cookie.SessionName] is not { } value)
        {
            return AuthenticateResult.NoResult();
        }

        var found = Context.GetEndpoint()?.Metadata.GetMetadata<LooksAtSession>() is null
            ? await sessions.FindAsync(value, Context.RequestAborted)
            : await sessions.PeekAsync(value, Context.RequestAborted);
        if (found is not { } session)
        {
            // The cookie stays: a request that was under way while another tab signed in must not take the new one away.
            return AuthenticateResult.NoResult();
        }

        Context.Features.Set(session);
        var identity = new ClaimsIdentity(
            [
                new Claim("sub", session.CitizenId.ToString()),
                new Claim("sid", session.Sid),
                new Claim("acr", session.Acr),
                new Claim("name", session.DisplayLabel),
            ],
            Scheme_, "name", "role");
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme_));
    }

    /// <summary>A page that needs a citizen sends the browser to sign in and back.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var back = Request.Method == HttpMethods.Get ? Request.PathBase + Request.Path + Request.QueryString : "/account";
        Response.Redirect("/sign-in?return=" + UrlEncoder.Encode(back));
        return Task.CompletedTask;
    }
}

/// <summary>Marks an endpoint that asks about the session and does not count as its use.</summary>
internal sealed class LooksAtSession;

internal static class CurrentSession
{
    /// <summary>The session of this request, or nothing when nobody is signed in.</summary>
    internal static Session? GetSession(this HttpContext http) => http.Features.Get<Session>();

    /// <summary>The session of a request that authorization has let through.</summary>
    internal static Session RequireSession(this HttpContext http)
        => http.GetSession() ?? throw new InvalidOperationException("The page lacks [Authorize].");
}
