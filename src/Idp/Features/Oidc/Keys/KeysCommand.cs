using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary><c>keys list | rotate [--alg ALG] [--now] | revoke KID</c>.</summary>
internal static class KeysCommand
{
    private const string Usage = """
        keys list            every signing key, and when the next change is due
        keys rotate          announces the next key of every algorithm before its time; it signs when its announcement is over
          --alg ES256        of one algorithm only: ES256, PS256 or RS256
          --now              lets the announced key, or a new one, sign from now on; the one before stays published
        keys revoke KID      takes a key out of the key set at once, in an emergency; if it signed, another one signs from now on
        """;

    /// <returns>The exit status: 0 done, 1 refused, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        switch (arguments)
        {
            case ["list"]:
                await DataFeature.PrepareAsync(services, ct);
                return await ListAsync(services, ct);
            case ["rotate", .. var how] when TryReadRotation(how, out var algs, out var isNow):
                return await ActAsync(services, () => RotateAsync(services, algs, isNow, ct), ct);
            case ["revoke", var kid]:
                return await ActAsync(services, () => RevokeAsync(services, kid, ct), ct);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static bool TryReadRotation(string[] arguments, out IReadOnlyList<string> algs, out bool isNow)
    {
        algs = RingKey.Algorithms;
        isNow = false;
        while (true)
        {
            switch (arguments)
            {
                case []:
                    return true;
                case ["--now", .. var rest]:
                    isNow = true;
                    arguments = rest;
                    break;
                case ["--alg", var alg, .. var rest] when RingKey.Algorithms.Contains(alg):
                    algs = [alg];
                    arguments = rest;
                    break;
                default:
                    return false;
            }
        }
    }

    private static async Task<int> ActAsync(IServiceProvider services, Func<Task<int>> act, CancellationToken ct)
    {
        await DataFeature.PrepareAsync(services, ct);
        try
        {
            await services.GetRequiredService<SigningKeyRing>().LoadAsync(ct);
            return await act();
        }
        catch (CryptographicException)
        {
            await Console.Error.WriteLineAsync(
                "Nothing was changed: the key ring cannot be decrypted here. Run this with the settings of the server; see Idp__KeyRing__Certificate.");
            return 1;
        }
    }

    private static async Task<int> RotateAsync(
        IServiceProvider services, IReadOnlyList<string> algs, bool isNow, CancellationToken ct)
    {
        var rotation = services.GetRequiredService<KeyRotation>();
        var ring = services.GetRequiredService<SigningKeyRing>();
        var status = 0;
        foreach (var alg in algs)
        {
            await ring.EnsureAsync(alg, ct);
            var outcome = isNow ? await rotation.RotateNowAsync(alg, ct) : await rotation.RotateAsync(alg, ct);
            var schedule = ring.Schedule(alg);
            switch (outcome)
            {
                case KeyOutcome.Announced or KeyOutcome.AnnouncedBefore when schedule.Next is { } next:
                    var word = outcome == KeyOutcome.Announced ? "is announced" : "was announced before";
                    await Console.Out.WriteLineAsync($"{alg}\t{next.Kid} {word} and signs from {At(next.ActivatesAt)}");
                    break;
                case KeyOutcome.Replaced:
                    await Console.Out.WriteLineAsync($"{alg}\t{schedule.Signing!.Kid} signs now");
                    break;
                case KeyOutcome.Unreadable:
                    await Console.Error.WriteLineAsync($"{alg}\tunchanged: a key that is there cannot be decrypted here");
                    status = 1;
                    break;
                default:
                    await Console.Error.WriteLineAsync($"{alg}\tunchanged: another process has just rotated it");
                    status = 1;
                    break;
            }
        }

        return status;
    }

    private static async Task<int> RevokeAsync(IServiceProvider services, string kid, CancellationToken ct)
    {
        var ring = services.GetRequiredService<SigningKeyRing>();
        var alg = ring.Stored.FirstOrDefault(key => key.Kid == kid)?.Alg;
        if (await services.GetRequiredService<KeyRotation>().RevokeAsync(kid, ct) != KeyOutcome.Revoked || alg is null)
        {
            await Console.Error.WriteLineAsync($"There is no key {kid}. See: keys list");
            return 1;
        }

        await Console.Out.WriteLineAsync($"{alg}\t{kid} is revoked; {ring.Schedule(alg).Signing!.Kid} signs");
        return 0;
    }

    private static async Task<int> ListAsync(IServiceProvider services, CancellationToken ct)
    {
        var store = services.GetRequiredService<SigningKeyStore>();
        var options = services.GetRequiredService<IOptions<SigningKeyOptions>>().Value;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var keys = await store.ListAsync(ct);
        foreach (var alg in RingKey.Algorithms)
        {
            var schedule = KeySchedule.Of(alg, keys, now);
            if (schedule.Next is { } next)
            {
                await WriteAsync(next, "announced", $"signs from {At(next.ActivatesAt)}");
            }

            if (schedule.Signing is { } signing)
            {
                var overdue = schedule.IsOverdue(options, now) ? ", OVERDUE: no server does it" : "";
                await WriteAsync(
                    signing, "active",
                    schedule.Next is null
                        ? $"the next key is announced on {At(schedule.AnnouncesAt(options)!.Value)} and signs from {At(schedule.RotatesAt(options)!.Value)}{overdue}"
                        : $"signs until {At(schedule.Next.ActivatesAt)}{Until(signing)}");
            }

            foreach (var retired in schedule.Retired)
            {
                await WriteAsync(retired, "retired", "signs no more" + Until(retired));
            }
        }

        if (keys.Count == 0)
        {
            await Console.Out.WriteLineAsync("There are no signing keys yet: a server makes them when it starts.");
        }

        Task WriteAsync(StoredKey key, string state, string when) => Console.Out.WriteLineAsync(
            $"{key.Alg}\t{key.Kid}\t{state}\t{when}{(store.TryImport(key) is null ? ", CANNOT BE DECRYPTED here" : "")}");
        return 0;
    }

    private static string Until(StoredKey key) => key.RetiresAt is { } end ? $", published until {At(end)}" : "";

    private static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
