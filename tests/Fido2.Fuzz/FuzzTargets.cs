using Moi.Identity.Fido2.Fuzz.Targets;

namespace Moi.Identity.Fido2.Fuzz;

/// <summary>Every parser of the engine that reads what somebody else sent.</summary>
internal static class FuzzTargets
{
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new CborTarget(), new CoseKeyTarget(), new AuthenticatorDataTarget(), new ClientDataTarget(), new ResponseTarget(), new AttestationObjectTarget(),
        new StatementTarget(), new EcdsaSignatureTarget(), new CertificateTarget(), new TpmTarget(), new AndroidKeyTarget(), new JwsTarget(), new MetadataTarget(),
        new RevocationListTarget(), new PathCertificateTarget(), new NamesTarget(), new CertificatePathTarget(),
    ];

    /// <summary>Null if there is none of that name.</summary>
    internal static FuzzTarget? Find(string name) => name == PlantedTarget.PlantedName ? new PlantedTarget() : All.FirstOrDefault(target => target.Name == name);
}
