using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Section <c>Idp:Assurance</c>: what the assurance levels (<c>acr</c>) demand.</summary>
internal sealed class AssuranceOptions
{
    internal const string Section = "Idp:Assurance";

    /// <summary>
    /// Whether the operator binds accounts to checked identities (column <c>identity_level</c> of a citizen). Levels 2 and 3
    /// exist only then.
    /// </summary>
    /// <value>Default false: level 1 is all that is announced, and a request for more is refused at once.</value>
    public bool IdentityProofing { get; set; }

    /// <summary>How well the FIDO metadata must certify an authenticator that counts as attested: for level 3, and for administrators.</summary>
    /// <value>Default <c>Level1</c>.</value>
    /// <remarks><c>Level1Plus</c>, <c>Level2</c>, <c>Level2Plus</c>, <c>Level3</c> and <c>Level3Plus</c> are stricter. Read at each sign-in: passkeys that were made before are judged anew.</remarks>
    public CertificationRequirement Certification { get; set; } = CertificationRequirement.Level1;

    /// <summary>The lowest certification that is enough.</summary>
    internal CertificationLevel LowestCertification => Enum.Parse<CertificationLevel>(Certification.ToString());
}
