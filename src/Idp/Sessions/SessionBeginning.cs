using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Makes the browser of a request the holder of a session. The audit event must have been written before.</summary>
internal sealed class SessionBeginning(SessionStore sessions, SessionCookie cookie, SessionEnding ending, IdpMetrics metrics)
{
    /// <summary>Begins a session under a new id. The browser's previous session ends, whoever's it was: two people never mix.</summary>
    internal async Task<Session> BeginAsync(HttpContext http, NewSession from, CancellationToken ct)
    {
        if (http.GetSession() is { } previous)
        {
            await ending.EndAsync(previous, SessionEndReason.Replaced, ct);
        }

        var (session, value) = await sessions.CreateAsync(from, ct);
        Hand(http, session, value);
        metrics.SignedIn(session.Acr);
        return session;
    }

    /// <summary>Carries the browser's session on after its citizen was confirmed, or begins a new one if it ended meanwhile.</summary>
    internal async Task<Session> ContinueAsync(HttpContext http, Session session, NewSession from, CancellationToken ct)
    {
        if (await sessions.ContinueAsync(session, from, ct) is not { } continued)
        {
            return await BeginAsync(http, from, ct);
        }

        Hand(http, continued.Session, continued.Cookie);
        return continued.Session;
    }

    private void Hand(HttpContext http, Session session, string value)
    {
        http.Response.Cookies.Append(cookie.SessionName, value, cookie.Options);
        http.Features.Set(session);
    }
}
