using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Sessions;

/// <summary>What is known of an authentication that has just succeeded.</summary>
internal sealed record NewSession(
    Guid CitizenId, Guid CredentialId, string Acr, string[] Amr, string Device, string DisplayLabel)
{
    /// <summary>The bytes of an id.</summary>
    internal const int SidBytes = 16;

    /// <summary>
    /// The id under which a session begins; one that goes on keeps its own. Drawn here, so that the event which is written before
    /// the session of a new account has it too.
    /// </summary>
    public string Sid { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SidBytes));
}

/// <summary>
/// Sessions in the short-lived store. A cookie is <c>sid.secret</c>: the record is found by <c>sid</c> and belongs to
/// the holder of the secret, of which only the hash is stored.
/// </summary>
internal sealed class SessionStore(
    IShortLivedStore store, IDataProtectionProvider protection, IOptions<IdpOptions> options, TimeProvider time)
{
    private const int SecretBytes = 32;

    /// <summary>A session is touched once a minute at most: whoever loses this often against other requests has lost it.</summary>
    private const int MostAttempts = 10;

    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Idp.Sessions");

    /// <summary>How long before the end a citizen is warned: 150 seconds, less where sessions are very short.</summary>
    internal TimeSpan WarnBefore => Shorter(TimeSpan.FromSeconds(150), Limits.Idle / 2);

    private SessionOptions Limits => options.Value.Sessions;

    /// <summary>Activity is written down this often, not at every request.</summary>
    private TimeSpan TouchInterval => Shorter(TimeSpan.FromMinutes(1), Limits.Idle / 10);

    /// <summary>Begins a session under a new id.</summary>
    /// <returns>The session and the value of its cookie.</returns>
    internal async ValueTask<(Session Session, string Cookie)> CreateAsync(NewSession from, CancellationToken ct)
    {
        var sid = from.Sid;
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var now = time.GetUtcNow();
        var session = new Session
        {
            Sid = sid,
            SecretHash = Hash(secret),
            CitizenId = from.CitizenId,
            CredentialId = from.CredentialId,
            AuthTime = now,
            Acr = from.Acr,
            Amr = from.Amr,
            CreatedAt = now,
            LastSeenAt = now,
            Device = from.Device,
            DisplayLabel = from.DisplayLabel,
        };

        // SECURITY: the record first. Whoever lists the sessions in between must not find an entry without a record and take it
        // off, or the session could never be revoked. Nobody has the cookie before both are written.
        await store.SetAsync(Key(sid), Seal(session), Limits.Idle, ct);
        await store.AddToSetAsync(Index(from.CitizenId), sid, Limits.Absolute, ct);
        return (session, sid + "." + secret);
    }

    /// <summary>
    /// Carries a session on after a fresh authentication of its citizen. Agencies keep their <c>sid</c>; the browser gets a
    /// new secret, so that a copy of the old cookie is worth nothing from now on.
    /// </summary>
    /// <returns>Nothing if the session has ended in the meantime.</returns>
    internal async ValueTask<(Session Session, string Cookie)?> ContinueAsync(
        Session session, NewSession from, CancellationToken ct)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (session.CitizenId != from.CitizenId || await store.GetAsync(Key(session.Sid), ct) is not { } stored
                || Open(stored) is not { } current || IsOver(current))
            {
                return null;
            }

            var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
            var now = time.GetUtcNow();
            var continued = current with
            {
                SecretHash = Hash(secret),
                CredentialId = from.CredentialId,
                AuthTime = now,
                Acr = from.Acr,
                Amr = from.Amr,
                LastSeenAt = now,
                Device = from.Device,
            };
            if (await store.TryReplaceAsync(Key(session.Sid), stored, Seal(continued), Limits.Idle, ct))
            {
                return (continued, session.Sid + "." + secret);
            }

            // Another tab used the session in between; it has not ended for that.
        }

        return null;
    }

    /// <summary>How long the session still lives without a request, and whether a request would not change that.</summary>
    internal (TimeSpan Left, bool IsFinal) TimeLeft(Session session)
    {
        var (idle, absolute) = (session.LastSeenAt + Limits.Idle, session.CreatedAt + Limits.Absolute);
        return ((absolute <= idle ? absolute : idle) - time.GetUtcNow(), absolute <= idle);
    }

    /// <summary>The session of a cookie, or nothing if it ended, expired or was made up. Counts as activity.</summary>
    internal async ValueTask<Session?> FindAsync(string? cookie, CancellationToken ct)
        => await LookAsync(cookie, ct) is var (session, stored) ? await TouchAsync(session, stored, ct) : null;

    /// <summary>The session of a cookie, without counting as activity.</summary>
    internal async ValueTask<Session?> PeekAsync(string? cookie, CancellationToken ct)
        => (await LookAsync(cookie, ct))?.Session;

    private async ValueTask<(Session Session, byte[] Stored)?> LookAsync(string? cookie, CancellationToken ct)
    {
        if (cookie is null || cookie.Length > 100 || cookie.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot))
        {
            return null;
        }

        var (sid, secret) = (cookie[..dot], cookie[(dot + 1)..]);
        if (!Base64Url.IsValid(sid, out var length) || length != NewSession.SidBytes || await store.GetAsync(Key(sid), ct) is not { } stored
            || Open(stored) is not { } session || session.Sid != sid
            || !CryptographicOperations.FixedTimeEquals(session.SecretHash, Hash(secret)) || IsOver(session))
        {
            return null;
        }

        return (session, stored);
    }

    /// <summary>The live session with this public id.</summary>
    internal async ValueTask<Session?> FindBySidAsync(string sid, CancellationToken ct)
        => Base64Url.IsValid(sid, out var length) && length == NewSession.SidBytes
            && await store.GetAsync(Key(sid), ct) is { } stored && Open(stored) is { } session && !IsOver(session)
            ? session
            : null;

    /// <summary>The citizen's live sessions, the most recent first.</summary>
    internal async ValueTask<IReadOnlyList<Session>> ListAsync(Guid citizenId, CancellationToken ct)
    {
        var sessions = new List<Session>();
        foreach (var sid in await store.GetSetAsync(Index(citizenId), ct))
        {
            // Only what is gone from the store leaves the list: a record that this server cannot read, another one can.
            if (await store.GetAsync(Key(sid), ct) is not { } stored)
            {
                await store.RemoveFromSetAsync(Index(citizenId), sid, ct);
            }
            else if (Open(stored) is { } session && session.Sid == sid && session.CitizenId == citizenId && !IsOver(session))
            {
                sessions.Add(session);
            }
        }

        return [.. sessions.OrderByDescending(s => s.LastSeenAt)];
    }

    /// <summary>Ends the session here; effective at the next request. <see cref="SessionEnding"/> also tells agencies.</summary>
    internal async ValueTask RemoveAsync(Session session, CancellationToken ct)
    {
        await store.RemoveAsync(Key(session.Sid), ct);
        await store.RemoveFromSetAsync(Index(session.CitizenId), session.Sid, ct);
    }

    private static string Key(string sid) => "session:" + sid;

    private static string Index(Guid citizenId) => "sessions:" + citizenId.ToString("N");

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private bool IsOver(Session session)
    {
        var now = time.GetUtcNow();
        return now - session.CreatedAt >= Limits.Absolute || now - session.LastSeenAt >= Limits.Idle;
    }

    private async ValueTask<Session> TouchAsync(Session session, byte[] stored, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (now - session.LastSeenAt < TouchInterval)
        {
            return session;
        }

        // Replaced only if unchanged: a session that was just revoked does not come back to life.
        var seen = session with { LastSeenAt = now };
        await store.TryReplaceAsync(Key(session.Sid), stored, Seal(seen), Limits.Idle, ct);
        return seen;
    }

    private byte[] Seal(Session session)
        => _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.Session));

    private Session? Open(byte[] stored)
    {
        try
        {
            return JsonSerializer.Deserialize(_protector.Unprotect(stored), SessionJson.Default.Session);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
