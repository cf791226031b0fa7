using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Telemetry;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

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

    [Fact]
    public async Task Answers_of_the_token_endpoint_are_counted_without_the_senders_words()
    {
        var measured = new ConcurrentBag<string>();
        using var listener = Listen(measured);
        using var http = new HttpClient(idp.App.Server.CreateHandler()) { BaseAddress = new Uri(IdpApplication.Origin) };

        foreach (var grant in (string[])["authorization_code", "made_up"])
        {
            using var form = new FormUrlEncodedContent([new("grant_type", grant), new("client_id", "nobody"), new("code", "x")]);
            using var _ = await http.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        }

        measured.ShouldContain(line => line.StartsWith("moi.token_responses grant=authorization_code result=invalid_", StringComparison.Ordinal));
        measured.ShouldContain(line => line.StartsWith("moi.token_responses grant=unknown result=", StringComparison.Ordinal));
        measured.ShouldNotContain(line => line.Contains("made_up", StringComparison.Ordinal) || line.Contains("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task How_long_each_signing_key_may_go_on_is_measured()
    {
        var measured = new ConcurrentBag<string>();
        using var listener = Listen(measured);

        await Eventually.TrueAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(((string[])["ES256", "PS256", "RS256"]).All(alg => measured.Contains("moi.signing_key_time_left alg=" + alg)));
            },
            "every algorithm's key is measured");
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
