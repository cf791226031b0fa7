using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>What was done about the keys of an algorithm, or why nothing was.</summary>
internal enum KeyOutcome
{
    /// <summary>The next key is announced now.</summary>
    Announced,

    /// <summary>Another key signs now.</summary>
    Replaced,

    /// <summary>A key is announced already.</summary>
    AnnouncedBefore,

    /// <summary>A key is no longer published.</summary>
    Revoked,

    /// <summary>This process cannot read a key that is there.</summary>
    Unreadable,

    /// <summary>There is no such key, or another process was faster.</summary>
    NotThere,
}

/// <summary>Replaces signing keys, by plan and in an emergency.</summary>
/// <remarks>
/// Every decision is made on the rows inside the transaction that acts on it, one transaction at a time; a look at the
/// snapshot before saves the work of making a key for nothing.
/// </remarks>
internal sealed partial class KeyRotation(
    SigningKeyStore store, SigningKeyRing ring, IOptions<SigningKeyOptions> options, TimeProvider time, ILogger<KeyRotation> logger)
{
    private SigningKeyOptions Options => options.Value;

    /// <summary>Does what is due for every algorithm: the first key, the announcement of the next, the removal of old ones.</summary>
    internal async Task DoDueAsync(CancellationToken ct)
    {
        foreach (var alg in RingKey.Algorithms)
        {
            await ring.EnsureAsync(alg, ct);
            await AnnounceDueAsync(alg, ct);
        }

        if (ring.Stored.Any(key => !key.IsPublished(time.GetUtcNow())) && await store.ChangeAsync(change => change.RemoveRetiredAsync(ct), ct))
        {
            await TellAsync(ct);
        }
    }

    /// <summary>Announces the next key of an algorithm if its time has come.</summary>
    internal async Task AnnounceDueAsync(string alg, CancellationToken ct)
    {
        if (ring.Schedule(alg).IsDue(Options, time.GetUtcNow()))
        {
            await AnnounceAsync(alg, "schedule", isAlsoEarly: false, ct);
        }
    }

    /// <summary>Announces the next key of an algorithm before its time.</summary>
    internal Task<KeyOutcome> RotateAsync(string alg, CancellationToken ct) => AnnounceAsync(alg, "command", isAlsoEarly: true, ct);

    /// <summary>
    /// Lets another key sign from now on: the announced one, which clients have, or a new one. The key that signed stays
    /// published.
    /// </summary>
    internal async Task<KeyOutcome> RotateNowAsync(string alg, CancellationToken ct)
    {
        if (IsUnreadable(alg))
        {
            return KeyOutcome.Unreadable;
        }

        var made = store.Make(alg);
        var isDone = await store.ChangeAsync(
            async change =>
            {
                if (change.Schedule(alg).Signing is { } signing)
                {
                    await change.RetireAsync(signing, change.Now + Options.Retain, ct);
                }

                return await ReplaceAsync(change, made, "command", ct);
            },
            ct);
        return await FinishAsync(isDone, KeyOutcome.Replaced, KeyOutcome.NotThere, ct);
    }

    /// <summary>
    /// Takes a key out of the key set at once. If it signed, another key signs from now on; if it was announced, the key
    /// that signs goes on.
    /// </summary>
    internal async Task<KeyOutcome> RevokeAsync(string kid, CancellationToken ct)
    {
        if (ring.Stored.FirstOrDefault(key => key.Kid == kid) is not { } known)
        {
            return KeyOutcome.NotThere;
        }

        var made = store.Make(known.Alg);
        var isDone = await store.ChangeAsync(
            async change =>
            {
                if (change.Find(kid) is not { } key)
                {
                    return false;
                }

                var schedule = change.Schedule(key.Alg);
                await change.RevokeAsync(key, ct);
                if (key == schedule.Next && schedule.Signing is { } signing)
                {
                    await change.RetireAsync(signing, null, ct);
                }

                return key != schedule.Signing || await ReplaceAsync(change, made, "revocation", ct);
            },
            ct);
        return await FinishAsync(isDone, KeyOutcome.Revoked, KeyOutcome.NotThere, ct);
    }

    private async Task<KeyOutcome> AnnounceAsync(string alg, string reason, bool isAlsoEarly, CancellationToken ct)
    {
        // A key that is there and cannot be read is a fault to be shown, not a reason to start over.
        if (IsUnreadable(alg))
        {
            LogNotRotated(logger, alg);
            return KeyOutcome.Unreadable;
        }

        var made = store.Make(alg);
        var isDone = await store.ChangeAsync(
            async change =>
            {
                // Of the processes that came this far, one finds it still to be done.
                var schedule = change.Schedule(alg);
                if (schedule is not { Next: null, Signing: { } signing } || !(isAlsoEarly || schedule.IsDue(Options, change.Now)))
                {
                    return false;
                }

                var activatesAt = change.Now + Options.Announce;
                await change.RetireAsync(signing, activatesAt + Options.Retain, ct);
                return await change.AddAsync(made, activatesAt, reason, ct);
            },
            ct);
        return await FinishAsync(isDone, KeyOutcome.Announced, KeyOutcome.AnnouncedBefore, ct);
    }

    private static async Task<bool> ReplaceAsync(KeyChange change, MadeKey made, string reason, CancellationToken ct)
    {
        if (change.Schedule(made.Alg).Next is not { } next)
        {
            return await change.AddAsync(made, change.Now, reason, ct);
        }

        await change.ActivateAsync(next, reason, ct);
        return true;
    }

    private async Task<KeyOutcome> FinishAsync(bool isDone, KeyOutcome done, KeyOutcome otherwise, CancellationToken ct)
    {
        if (isDone)
        {
            await TellAsync(ct);
        }
        else
        {
            await ring.LoadAsync(ct);
        }

        return isDone ? done : otherwise;
    }

    private async Task TellAsync(CancellationToken ct)
    {
        try
        {
            await ring.ChangedAsync(ct);
        }
        catch (ShortLivedStoreException e)
        {
            // What was done is in the database, and every server looks there once a minute.
            LogNotTold(logger, e);
        }
    }

    private bool IsUnreadable(string alg) => ring.Stored.Any(key => key.Alg == alg && ring.Unreadable.Contains(key.Kid));

    [LoggerMessage(EventId = 5204, Level = LogLevel.Warning, Message = "The signing keys have changed, but Redis does not answer: servers that run see it within a minute")]
    private static partial void LogNotTold(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5205, Level = LogLevel.Error, Message = "The next signing key for {Alg} is due and is not announced: a key that is there cannot be decrypted")]
    private static partial void LogNotRotated(ILogger logger, string alg);
}
