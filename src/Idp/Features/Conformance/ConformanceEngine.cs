using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>The engine in conformance mode, apart from the one that citizens' passkeys are verified by.</summary>
internal sealed class ConformanceEngine
{
    public ConformanceEngine(RelyingParty relyingParty, TimeProvider time, ConformanceMetadata metadata)
    {
        Registration = new Registration(relyingParty, time, EngineMode.Conformance, metadata.Load(time.GetUtcNow()));
        Authentication = new Authentication(relyingParty, time, mode: EngineMode.Conformance);
    }

    /// <summary>Offered in this order; RS1 is what the tests alone want.</summary>
    internal static IReadOnlyList<CoseAlgorithm> Algorithms { get; } =
    [
        CoseAlgorithm.ES256, CoseAlgorithm.EdDSA, CoseAlgorithm.RS256, CoseAlgorithm.ES384, CoseAlgorithm.ES512, CoseAlgorithm.ES256K,
        CoseAlgorithm.PS256, CoseAlgorithm.PS384, CoseAlgorithm.PS512, CoseAlgorithm.RS384, CoseAlgorithm.RS512, CoseAlgorithm.RS1,
    ];

    internal Registration Registration { get; }

    internal Authentication Authentication { get; }
}
