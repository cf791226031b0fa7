using System.Diagnostics.Metrics;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Telemetry;

/// <summary>
/// The server's own measurements. Tags come from short fixed lists (assurance level, kind, error code, grant type):
/// never from a citizen or a client, whose number is unbounded and whose habits are nobody's business.
/// </summary>
internal sealed class IdpMetrics
{
    internal const string MeterName = "Moi.Identity.Idp";

    private readonly Meter _meter;
    private readonly Counter<long> _signIns;
    private readonly Counter<long> _ceremonies;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _pruned;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _notices;

    public IdpMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _meter = meter;
        _signIns = meter.CreateCounter<long>("moi.sign_ins", "{sign-in}", "Sessions that began with a passkey.");
        _ceremonies = meter.CreateCounter<long>("moi.ceremonies", "{ceremony}", "Finished passkey ceremonies, by kind and result.");
        _tokens = meter.CreateCounter<long>("moi.token_responses", "{response}", "Answers of the token endpoint, by grant and result.");
        _pruned = meter.CreateCounter<long>("moi.pruned_rows", "{row}", "Rows removed because nobody can use them any more, by table.");
        _limited = meter.CreateCounter<long>("moi.limited_requests", "{request}", "Requests refused because their sender makes too many, by rule.");
        _notices = meter.CreateCounter<long>("moi.notices", "{notice}", "Attempts to tell clients something, by kind and result.");
    }

    /// <summary>A client was to be told something.</summary>
    /// <param name="kind"><c>logout</c> or the name of a security event.</param>
    /// <param name="result"><c>delivered</c>, <c>failed</c> (tried again later), <c>given_up</c>, <c>refused</c> or <c>not_wanted</c>.</param>
    internal void NoticeTried(string kind, string result) => _notices.Add(
        1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("result", result));

    /// <summary>A request was refused because there were too many.</summary>
    internal void Limited(string rule) => _limited.Add(1, new KeyValuePair<string, object?>("rule", rule));

    /// <summary>Rows were removed that nobody can use any more.</summary>
    internal void Pruned(string table, int rows) => _pruned.Add(rows, new KeyValuePair<string, object?>("table", table));

    /// <summary>Measures how long the keys that sign may go on; below zero, nobody replaces them.</summary>
    internal void ObserveSigningKeys(Func<IEnumerable<(string Alg, TimeSpan Left)>> keys) => _meter.CreateObservableGauge(
        "moi.signing_key_time_left",
        () => keys().Select(key => new Measurement<long>((long)key.Left.TotalSeconds, new KeyValuePair<string, object?>("alg", key.Alg))),
        "s", "Time until the signing key is replaced, by algorithm.");

    /// <summary>A session began.</summary>
    internal void SignedIn(string acr) => _signIns.Add(1, new KeyValuePair<string, object?>("acr", acr));

    /// <summary>A ceremony came to its end.</summary>
    /// <param name="kind">A registration or an authentication.</param>
    /// <param name="result"><c>ok</c>, the stable code of what was refused, or <c>browser.</c> and what the browser reported.</param>
    internal void CeremonyFinished(CeremonyKind kind, string result) => _ceremonies.Add(
        1,
        new KeyValuePair<string, object?>("kind", kind == CeremonyKind.Create ? "create" : "get"),
        new KeyValuePair<string, object?>("result", result));

    /// <summary>The token endpoint answered.</summary>
    /// <param name="grant">The grant type, or <c>unknown</c> for one that the server does not have.</param>
    /// <param name="result"><c>ok</c>, or the OAuth error code.</param>
    internal void TokenAnswered(string grant, string result) =>
        _tokens.Add(1, new KeyValuePair<string, object?>("grant", grant), new KeyValuePair<string, object?>("result", result));
}
