namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>Who answers at the fake provider, and how well they were authenticated.</summary>
internal sealed record Persona(string Subject, string Nickname)
{
    internal static readonly Persona First = new("subject-1", "小明");
    internal static readonly Persona Second = new("subject-2", "美玲");

    internal string Acr { get; init; } = "urn:moi:acr:1";

    internal string Sid { get; init; } = "sid-1";

    /// <summary>How long ago the passkey was touched.</summary>
    internal TimeSpan Touched { get; init; }
}
