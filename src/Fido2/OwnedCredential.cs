namespace Moi.Identity.Fido2;

/// <summary>A credential record together with the proof that it belongs to the account of this ceremony (§7.2 step 6).</summary>
/// <remarks>SECURITY: only <see cref="Authentication.Own"/> makes one, and <see cref="Authentication.Finish"/> takes
/// nothing else, so the check whose result was once ignored elsewhere (CVE-2026-46419) cannot be left out.</remarks>
public sealed class OwnedCredential
{
    internal OwnedCredential(AuthenticationResponse response, CredentialRecord credential)
        => (Response, Credential) = (response, credential);

    /// <summary>The record, as it was looked up.</summary>
    public CredentialRecord Credential { get; }

    internal AuthenticationResponse Response { get; }
}
