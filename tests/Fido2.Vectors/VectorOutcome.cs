namespace Moi.Identity.Fido2.Vectors;

/// <summary>What the engine said of one vector, as <c>--json</c> writes it.</summary>
internal sealed record VectorOutcome(string Id, string Outcome, string Code, string Step, long Micros)
{
    internal const string Accept = "accept";
    internal const string Reject = "reject";
    internal const string Error = "error";

    /// <summary>Null if that is what is expected; else a line that says what is not.</summary>
    internal string? Difference(Vector vector, EngineMode mode)
    {
        var expected = vector.Expected.Result switch
        {
            // What published vectors show and the conformance tests refuse: docs/divergences.md, "Conformance mode".
            "ok" when mode == EngineMode.Conformance && (Code is "u2f.aaguid" or "cdj.token_binding") => Reject,
            "ok" => Accept,
            "fail" => Reject,
            "policy" => PolicyDefaults.Of(vector, mode),
            var unknown => $"{unknown}, which is no result,",
        };
        var isExpected = Outcome == expected || (expected is null && Outcome != Error);
        return isExpected ? null : $"{vector.Id}: expected {expected ?? "a verdict"} ({vector.Expected.Reason}), but {Outcome} {Code} {Step}".TrimEnd();
    }
}

/// <summary>The documented default where two verdicts are defensible: docs/divergences.md.</summary>
internal static class PolicyDefaults
{
    /// <summary>Words of a reason that name the choice; what is not here is left to the engine.</summary>
    internal static string? Of(Vector vector, EngineMode mode)
    {
        var reason = vector.Expected.Reason ?? "";
        return reason.Contains("RS1", StringComparison.Ordinal) ? (mode == EngineMode.Conformance ? VectorOutcome.Accept : VectorOutcome.Reject)
            : reason.Contains("strict => fail", StringComparison.Ordinal) ? VectorOutcome.Reject
            : null;
    }
}
