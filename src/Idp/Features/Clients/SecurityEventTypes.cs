namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The types of security events that this server sends, by the name that a notice has.</summary>
internal static class SecurityEventTypes
{
    internal const string SessionRevoked = "session-revoked";
    internal const string CredentialChange = "credential-change";
    internal const string AccountDisabled = "account-disabled";
    internal const string AccountEnabled = "account-enabled";

    private const string Caep = "https://schemas.openid.net/secevent/caep/event-type/";
    private const string Risc = "https://schemas.openid.net/secevent/risc/event-type/";

    /// <summary>Names and types: OpenID CAEP 1.0 §3 and OpenID RISC Profile 1.0 §2.</summary>
    private static readonly Dictionary<string, string> Types = new()
    {
        [SessionRevoked] = Caep + SessionRevoked,
        [CredentialChange] = Caep + CredentialChange,
        [AccountDisabled] = Risc + AccountDisabled,
        [AccountEnabled] = Risc + AccountEnabled,
    };

    internal static IReadOnlyCollection<string> All => Types.Values;

    /// <summary>The type's address, as it stands in a security event token.</summary>
    internal static string Of(string name) => Types[name];
}
