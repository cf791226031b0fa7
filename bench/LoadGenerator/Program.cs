using System.Collections.Concurrent;
using System.Diagnostics;
using Moi.Identity.LoadGenerator;

if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Help);
    return 2;
}

await using var servers = await Servers.StartAsync(settings.Production);
if (settings.Primitives)
{
    await Primitives.PrintAsync(servers);
}

using var http = servers.Idp.Client(keepsCookies: false);
using var agency = new Agency(http);
var file = Path.Combine(servers.Idp.DataPath, "load-generator.json");
await File.WriteAllTextAsync(file, agency.Registration(settings.Scope));
var (exitCode, output) = await servers.Idp.RunAsync("clients", "apply", file);
if (exitCode != 0)
{
    throw new InvalidOperationException("The client could not be registered: " + output);
}

await agency.DiscoverAsync();
var citizens = new ConcurrentQueue<Citizen>();
await Parallel.ForAsync(
    0, settings.Citizens, new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency },
    async (i, _) =>
    {
        var citizen = new Citizen(http, servers.Idp.Origin, agency, settings.Scope);
        await citizen.SignUpAsync($"民眾 {i + 1}");
        await citizen.SignInAsync(); // Answers the consent page, once.
        citizens.Enqueue(citizen);
    });
await MeasureAsync(settings.Citizens);
if (settings.Growth is { } growth)
{
    await servers.GrowAsync(growth.Citizens, growth.RefreshTokens);
    await MeasureAsync(settings.Citizens + growth.Citizens);
}

return 0;

async Task MeasureAsync(int population)
{
    foreach (var operation in settings.Operations)
    {
        await RunAsync(operation, settings.WarmUp, null);
        var rounds = new List<Round>();
        for (var i = 0; i < settings.Rounds; i++)
        {
            var before = await servers.MeasureAsync();
            var watch = Stopwatch.StartNew();
            var latencies = await RunAsync(operation, settings.SignIns, settings.Rate);
            watch.Stop();
            rounds.Add(new Round(watch.Elapsed, latencies, before, await servers.MeasureAsync(), Yardstick.MicrosecondsPerVerification()));
        }

        Report.Print(settings, operation, population, rounds);
    }
}

// A citizen is used by one sign-in at a time. With a rate, sign-ins begin on a clock, whether or not the ones before
// have finished, and waiting for a free citizen counts as waiting.
async Task<List<TimeSpan>> RunAsync(string operation, int count, double? rate)
{
    var taken = new ConcurrentBag<TimeSpan>();
    var free = new SemaphoreSlim(citizens.Count);
    async Task OneAsync(long began)
    {
        await free.WaitAsync();
        citizens.TryDequeue(out var citizen);
        await citizen!.DoAsync(operation);
        citizens.Enqueue(citizen);
        free.Release();
        taken.Add(Stopwatch.GetElapsedTime(began));
    }

    if (rate is { } perSecond)
    {
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>(count);
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait);
            }

            running.Add(OneAsync(started + (long)(due.TotalSeconds * Stopwatch.Frequency)));
        }

        await Task.WhenAll(running);
    }
    else
    {
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(settings.Concurrency, citizens.Count) },
            async (_, _) => await OneAsync(Stopwatch.GetTimestamp()));
    }

    return [.. taken];
}
