using System.Globalization;
using Npgsql;
using StackExchange.Redis;

namespace Moi.Identity.LoadGenerator;

/// <summary>
/// What this machine takes for the things of which every operation is made, beside what the machine took on which the limits were set:
/// how much slower or faster it is, for signatures, statements, durable rows and Redis each.
/// </summary>
/// <remarks>Processor time of client and server together.</remarks>
internal static class Primitives
{
    private const int AtOnce = 8;

    internal static async Task PrintAsync(Servers servers)
    {
        Console.WriteLine($"{"processor time, us",-48}{"here",10}{"where limits were set",24}{"ratio",8}");
        var ratios = new List<double>();
        Line("one ES256 verification, key imported", Yardstick.MicrosecondsPerVerification(), 68);
        await using var database = NpgsqlDataSource.Create(servers.Database + ";Maximum Pool Size=8;Max Auto Prepare=8;Auto Prepare Min Usages=1");
        await using (var table = database.CreateCommand("CREATE TABLE primitives (id int PRIMARY KEY, words text); INSERT INTO primitives SELECT g, repeat('x', 200) FROM generate_series(1, 1000) g"))
        {
            await table.ExecuteNonQueryAsync();
        }

        Line("one select by primary key, 8 at once", await servers.CostAsync(() => SelectAsync(database, 4000), () => SelectAsync(database, 20_000)) / 20_000, 65);
        Line("one durable row, 8 at once", await servers.CostAsync(() => InsertAsync(database, 10_000, 2000), () => InsertAsync(database, 20_000, 8000)) / 8000, 151);
        var redis = servers.Redis.GetDatabase();
        Line("one Redis command, 16 at once", await servers.CostAsync(() => RedisAsync(redis, 10_000), () => RedisAsync(redis, 60_000)) / 60_000, 12);
        Console.WriteLine($"{"geometric mean of the ratios",-48}{Math.Exp(ratios.Average(Math.Log)),42:F2}");

        void Line(string name, double here, double there)
        {
            ratios.Add(here / there);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48}{here,10:F1}{there,24:F1}{here / there,8:F2}"));
        }
    }

    private static Task SelectAsync(NpgsqlDataSource database, int count)
        => EachAsync(AtOnce, count, async i =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("SELECT words FROM primitives WHERE id = $1", connection) { Parameters = { new() { Value = (i % 1000) + 1 } } };
            await command.ExecuteScalarAsync();
        });

    private static Task InsertAsync(NpgsqlDataSource database, int first, int count)
        => EachAsync(AtOnce, count, async i =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("INSERT INTO primitives (id, words) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = first + i }, new() { Value = "words" } },
            };
            await command.ExecuteNonQueryAsync();
        });

    private static Task RedisAsync(IDatabase redis, int count)
    {
        var value = new string('x', 300);
        return EachAsync(2 * AtOnce, count, async i =>
        {
            RedisKey key = "primitive:" + (i / 2 % 1000).ToString(CultureInfo.InvariantCulture);
            if (i % 2 == 0)
            {
                await redis.StringSetAsync(key, value, TimeSpan.FromMinutes(5));
            }
            else
            {
                await redis.StringGetAsync(key);
            }
        });
    }

    private static Task EachAsync(int atOnce, int count, Func<int, Task> act)
        => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) => await act(i));
}
