using System.Globalization;

namespace Moi.Identity.LoadGenerator;

/// <summary>What one run does; every member is a command-line option of the same name.</summary>
internal sealed record Settings
{
    internal const string Help = """
        Drives an identity provider and prints what one operation costs.

          --operation NAME             sign-in (default): a complete passkey sign-in in a browser that knows nothing;
                                       again: a browser that is signed in enters with a pushed request;
                                       refresh, userinfo, introspection: by tokens of earlier sign-ins;
                                       client-credentials: with private_key_jwt. Several, with commas between them, are measured one after
                                       the other.
          --mode embedded|production   SQLite in one process, or PostgreSQL (durable commits) and Redis. Default embedded.
          --citizens N                 How many citizens sign up first. Default 100.
          --warm-up N                  Operations that are not measured. Default 500.
          --sign-ins N                 Operations that are measured. Default 2000.
          --rounds N                   How often they are measured, one after the other in the same servers. Default 1.
          --concurrency N              Citizens at once. Default 8.
          --rate N                     Operations begun per second, at fixed intervals, instead of as many as possible.
          --offline-access             Ask for a refresh token too, which is a durable row.
          --primitives                 Production mode: first measure what the operations are made of on this machine.
          --grow CITIZENS,REFRESH      Production mode: measure, add so many citizens and refresh tokens to the database,
                                       and measure again.
        """;

    private static readonly string[] Known = ["sign-in", "again", "refresh", "userinfo", "introspection", "client-credentials"];

    internal bool Production { get; init; }

    internal string[] Operations { get; init; } = ["sign-in"];

    internal int Citizens { get; init; } = 100;

    internal int WarmUp { get; init; } = 500;

    internal int SignIns { get; init; } = 2000;

    internal int Rounds { get; init; } = 1;

    internal int Concurrency { get; init; } = 8;

    internal double? Rate { get; init; }

    internal bool OfflineAccess { get; init; }

    internal bool Primitives { get; init; }

    internal (int Citizens, int RefreshTokens)? Growth { get; init; }

    internal string Scope => OfflineAccess || Operations.Contains("refresh") ? "openid profile offline_access" : "openid profile";

    internal static Settings? Parse(string[] args)
    {
        var settings = new Settings();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--offline-access")
            {
                settings = settings with { OfflineAccess = true };
                continue;
            }

            if (args[i] == "--primitives")
            {
                settings = settings with { Primitives = true };
                continue;
            }

            if (i + 1 == args.Length)
            {
                return null;
            }

            var value = args[i + 1];
            var number = int.TryParse(value, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : 0;
            switch (args[i++])
            {
                case "--mode" when value is "embedded" or "production":
                    settings = settings with { Production = value == "production" };
                    break;
                case "--operation" when value.Split(',') is var operations && operations.All(Known.Contains):
                    settings = settings with { Operations = operations };
                    break;
                case "--citizens" when number > 0:
                    settings = settings with { Citizens = number };
                    break;
                case "--warm-up" when number > 0:
                    settings = settings with { WarmUp = number };
                    break;
                case "--sign-ins" when number > 0:
                    settings = settings with { SignIns = number };
                    break;
                case "--rounds" when number > 0:
                    settings = settings with { Rounds = number };
                    break;
                case "--concurrency" when number > 0:
                    settings = settings with { Concurrency = number };
                    break;
                case "--rate" when number > 0:
                    settings = settings with { Rate = number };
                    break;
                case "--grow" when value.Split(',') is [var people, var tokens]
                    && int.TryParse(people, CultureInfo.InvariantCulture, out var citizens) && citizens > 0
                    && int.TryParse(tokens, CultureInfo.InvariantCulture, out var refreshTokens) && refreshTokens >= citizens:
                    settings = settings with { Growth = (citizens, refreshTokens) };
                    break;
                default:
                    return null;
            }
        }

        return settings is { Growth: null, Primitives: false } or { Production: true } ? settings : null;
    }
}
