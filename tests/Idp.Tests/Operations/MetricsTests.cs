using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Telemetry;
using Moi.Identity.Idp.Tests.Hosting;

namespace Moi.Identity.Idp.Tests.Operations;

public sealed class MetricsTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    [Fact]
    public async Task Sign_ins_and_ceremonies_are_counted_by_result()
    {
        var measured = new ConcurrentBag<string>();
        using var listener = Listen(measured);
        using var browser = idp.Browser();

        await browser.SignUpAsync();
        using var again = browser.WithoutCookies(idp.App.Server.CreateHandler());
        await again.OpenAsync("/sign-in");
        await again.FailAsync("NotAllowedError");

        measured.ShouldContain("moi.ceremonies kind=create result=ok");
        measured.ShouldContain("moi.sign_ins acr=urn:moi:acr:1");
        measured.ShouldContain(line => line.StartsWith("moi.ceremonies kind=get result=browser.", StringComparison.Ordinal));
    }

    private MeterListener Listen(ConcurrentBag<string> measured)
    {
        // Other servers in this process have meters of the same name.
        var ours = idp.App.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == IdpMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, ours))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
            measured.Add(instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Key}={tag.Value}"))));
        listener.Start();
        return listener;
    }
}
