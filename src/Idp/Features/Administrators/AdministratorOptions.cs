namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>Section <c>Idp:Administrators</c>.</summary>
internal sealed class AdministratorOptions
{
    internal const string Section = "Idp:Administrators";

    /// <summary>
    /// Whether administrators enrol, add passkeys and sign in with attested, device-bound authenticators only: security keys
    /// and screen locks whose model the FIDO metadata know, certify (<c>Idp:Assurance:Certification</c>) and do not call broken.
    /// </summary>
    /// <value>Default false. Needs imported metadata: without them nobody can enrol.</value>
    /// <remarks>It counts for those who enrol from then on, and stays with their account; invite the others anew. When the model of a key is called broken later, the key no longer opens the account: give administrators keys of two models.</remarks>
    public bool RequireAttestedAuthenticators { get; set; }
}
