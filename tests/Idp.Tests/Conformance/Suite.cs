namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>What the interface answered.</summary>
public sealed record Reply(int Status, string Word, string Message)
{
    /// <summary>The engine's code, which the message begins with.</summary>
    internal string Code => Message.Split(' ', ':')[0];
}

/// <summary>One case: what it is about, what it must be refused with (null: nothing), and how it goes.</summary>
internal sealed record Case(string Id, string Text, string? Code, Func<Tester, Task<Reply>> Run);

/// <summary>The cases of one suite of the conformance tests, under the suite's own name.</summary>
internal sealed class Suite(string id, params Case[] cases)
{
    internal string Id => id;

    internal IReadOnlyList<Case> Cases => cases;

    /// <summary>A case that is accepted.</summary>
    internal static Case Ok(string id, string text, Func<Tester, Task<Reply>> run) => new(id, text, null, run);

    /// <summary>A case that is refused with one code.</summary>
    internal static Case Refused(string id, string text, string code, Func<Tester, Task<Reply>> run) => new(id, text, code, run);

    internal static IReadOnlyList<Suite> All { get; } =
    [
        RequestSuites.Registration, RegistrationSuites.Response, RegistrationSuites.ClientData, AttestationSuites.Object, AttestationSuites.Algorithms,
        AttestationSuites.Full, AttestationSuites.Self, AttestationSuites.None, FormatSuites.U2f, FormatSuites.Tpm, FormatSuites.AndroidKey,
        RequestSuites.Authentication, AssertionSuites.Response, AssertionSuites.ClientData, AssertionSuites.Data, MetadataSuite.Service,
    ];
}
