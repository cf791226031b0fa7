using System.Globalization;

namespace Moi.Identity.LoadGenerator;

/// <summary>Prints the figures of one run.</summary>
internal static class Report
{
    internal static void Print(
        Settings settings, string operation, int citizens, IReadOnlyList<Round> rounds)
    {
        List<TimeSpan> latencies = [.. rounds.SelectMany(round => round.Latencies).Order()];
        var n = latencies.Count;
        var (before, after) = (rounds[0].Before, rounds[^1].After);
        double Cpu(Func<Usage, TimeSpan> of) => rounds.Sum(r => (of(r.After) - of(r.Before)).TotalMilliseconds) / n;

        Line("operation", operation);
        Line("mode", settings.Production ? "production: PostgreSQL (durable commits) and Redis" : "embedded: SQLite");
        Line("load", settings.Rate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"{n} times, one every {1000 / rate:F1} ms")
            : $"{n} times, {settings.Concurrency} at once");
        Line("citizens in the database", $"{citizens}");
        Line("operations per second", Number(n / rounds.Sum(round => round.Wall.TotalSeconds)));
        Line("latency p50 / p95 / p99, ms", $"{At(0.50)} / {At(0.95)} / {At(0.99)}");
        Line("CPU an operation, ms: identity provider", Number(Cpu(usage => usage.IdpCpu)));
        if (settings.Production)
        {
            Line("CPU an operation, ms: PostgreSQL", Number(Cpu(usage => usage.PostgresCpu)));
            Line("CPU an operation, ms: Redis", Number(Cpu(usage => usage.RedisCpu)));
        }

        Line("CPU an operation, ms: all servers", Number(Cpu(usage => usage.AllCpu)));
        Line("yardstick: one ES256 verification, us", Number(rounds.Average(round => round.Yardstick)));
        if (rounds.Count > 1)
        {
            Line("rounds: CPU ms (yardstick us)", string.Join(", ", rounds.Select(r => $"{Number(r.Cpu)} ({r.Yardstick:F0})")));
        }

        Line("memory of the identity provider, MB: now / peak", $"{after.IdpMemory / 1_000_000} / {after.IdpPeakMemory / 1_000_000}");
        if (settings.Production)
        {
            Counts("SQL statements an operation", before.Statements, after.Statements, n);
            Counts("Redis commands an operation", before.RedisCommands, after.RedisCommands, n);
        }

        string At(double share) => Number(latencies[Math.Min(n - 1, (int)(share * n))].TotalMilliseconds);
    }

    private static void Counts(
        string name, IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> after, int n)
    {
        var used = after
            .Select(entry => (entry.Key, PerSignIn: (entry.Value - before.GetValueOrDefault(entry.Key)) / (double)n))
            .Where(entry => entry.PerSignIn >= 0.005)
            .OrderByDescending(entry => entry.PerSignIn).ToList();
        Line(name, Number(used.Sum(entry => entry.PerSignIn)));
        foreach (var (key, perSignIn) in used)
        {
            Console.WriteLine($"    {Number(perSignIn),6}  {key}");
        }
    }

    private static void Line(string name, string value) => Console.WriteLine($"{name,-48}{value}");

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
