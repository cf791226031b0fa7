using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Makes the browser of a request the holder of a session.</summary>
/// <remarks>
/// SECURITY: first the session is written, then the event, which demands that citizen and passkey are still what they were, and
/// last the browser gets the cookie. Whoever suspends the citizen or removes the passkey does it the other way round: commits,
/// then lists the sessions. So either the event is not written and the session goes, or they find it on their list.
/// </remarks>
internal sealed class SessionBeginning(SessionStore sessions, SessionCookie cookie, SessionEnding ending, IdpMetrics metrics)
{
    /// <summary>Begins a session of an account that was made just now, with its events.</summary>
    internal async Task<Session> BeginAsync(HttpContext http, NewSession from, CancellationToken ct)
        => (await BeginAsync(http, from, static _ => Task.FromResult(true), ct))!;

    /// <summary>Begins a session under a new id. The browser's previous session ends, whoever's it was: two people never mix.</summary>
    /// <param name="http">The request.</param>
    /// <param name="from">What is known of the authentication.</param>
    /// <param name="recordAsync">Writes the event if the account and the passkey are still good; told the session that goes on, if one does.</param>
    /// <param name="ct">Cancels before the event is written.</param>
    /// <returns>Nothing, and no session, if the event was not written.</returns>
    internal async Task<Session?> BeginAsync(
        HttpContext http, NewSession from, Func<Session?, Task<bool>> recordAsync, CancellationToken ct)
    {
        var (session, value) = await sessions.CreateAsync(from, ct);
        var isBegun = false;
        try
        {
            if (!await recordAsync(null))
            {
                return null;
            }

            if (http.GetSession() is { } previous)
            {
                await ending.EndAsync(previous, SessionEndReason.Replaced, CancellationToken.None);
            }

            isBegun = true;
        }
        finally
        {
            if (!isBegun)
            {
                await sessions.RemoveAsync(session, CancellationToken.None);
            }
        }

        Hand(http, session, value);
        metrics.SignedIn(session.Acr);
        return session;
    }

    /// <summary>Carries the browser's session on after its citizen was confirmed, or begins a new one if it ended meanwhile.</summary>
    /// <inheritdoc cref="BeginAsync(HttpContext, NewSession, Func{Session?, Task{bool}}, CancellationToken)"/>
    internal async Task<Session?> ContinueAsync(
        HttpContext http, Session session, NewSession from, Func<Session?, Task<bool>> recordAsync, CancellationToken ct)
    {
        if (await sessions.ContinueAsync(session, from, ct) is not { } continued)
        {
            return await BeginAsync(http, from, recordAsync, ct);
        }

        // It has the new passkey by now and nobody has its cookie: it cannot go back to what it was.
        if (!await recordAsync(continued.Session))
        {
            await ending.EndAsync(continued.Session, SessionEndReason.PasskeyRemoved, CancellationToken.None);
            return null;
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
