namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>A set of rules that a server or a client can be judged by.</summary>
internal enum RuleSet
{
    /// <summary>FAPI 2.0 Security Profile.</summary>
    Fapi2,

    /// <summary>OAuth 2.1 and its Best Current Practice, RFC 9700.</summary>
    OAuth21,

    /// <summary>What this service asks of everybody.</summary>
    Own,
}

/// <summary>How a rule came out.</summary>
internal enum Verdict
{
    Met,

    /// <summary>Allowed, and there is something better.</summary>
    Advice,

    Broken,

    /// <summary>The rule is about something that this client does not do.</summary>
    NotApplicable,
}

/// <summary>Where a rule comes from.</summary>
/// <param name="Set">The set of rules.</param>
/// <param name="Clause">The clause, such as <c>§5.3.2.1</c>.</param>
internal sealed record Source(RuleSet Set, string Clause);

/// <summary>One rule, judged.</summary>
/// <param name="Rule">The name of the rule, a key of its texts: <c>C-PAR</c>.</param>
/// <param name="Sources">Where the rule comes from.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Registered">What is registered or configured, in words of the protocol.</param>
/// <param name="Observed">What was seen in real requests; empty when nothing was.</param>
internal sealed record Finding(
    string Rule, IReadOnlyList<Source> Sources, Verdict Verdict, string Registered, IReadOnlyList<string> Observed);

/// <summary>All rules about one client.</summary>
internal sealed record ClientReport(string ClientId, string NameZh, string NameEn, string Agency, string Profile, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether no rule of a set is broken. FAPI 2.0 knows no advice: what it asks for must be so.</summary>
    internal bool Meets(RuleSet set)
        => Findings.Where(f => f.Sources.Any(s => s.Set == set)).All(
            f => f.Verdict is Verdict.Met or Verdict.NotApplicable || (f.Verdict == Verdict.Advice && set != RuleSet.Fapi2));
}
