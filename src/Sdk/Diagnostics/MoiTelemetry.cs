using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Moi.Identity.Diagnostics;

/// <summary>Counts and spans named <c>Moi.Identity</c>. Nothing personal is in them.</summary>
internal sealed class MoiTelemetry
{
    internal static readonly ActivitySource Activities = new(MoiIdentityDefaults.TelemetryName);

    private readonly Counter<long> _signIns;
    private readonly Counter<long> _stepUps;
    private readonly Counter<long> _logouts;

    public MoiTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(MoiIdentityDefaults.TelemetryName);
        _signIns = meter.CreateCounter<long>("moi.signin.count", description: "Sign-ins, by result and, when refused, the code the citizen saw.");
        _stepUps = meter.CreateCounter<long>("moi.stepup.challenge", description: "Journeys to the provider for more assurance, by level.");
        _logouts = meter.CreateCounter<long>("moi.backchannel_logout.received", description: "Back-channel logout requests, by result.");
    }

    internal void SignedIn() => _signIns.Add(1, new KeyValuePair<string, object?>("result", "succeeded"));

    internal void SignInRefused(string code) => _signIns.Add(
        1, new KeyValuePair<string, object?>("result", "refused"), new KeyValuePair<string, object?>("reason", code));

    internal void StepUp(AssuranceLevel level) => _stepUps.Add(1, new KeyValuePair<string, object?>("level", (int)level));

    internal void BackChannelLogout(string result) => _logouts.Add(1, new KeyValuePair<string, object?>("result", result));
}
