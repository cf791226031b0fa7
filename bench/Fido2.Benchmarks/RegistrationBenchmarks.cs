using BenchmarkDotNet.Attributes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Benchmarks;

/// <summary>A whole registration from the browser's JSON to the credential record.</summary>
public class RegistrationBenchmarks
{
    private static readonly RegistrationPolicy Attested = new() { UnknownModels = UnknownModels.Accept };

    private readonly SoftAuthenticator _authenticator = new() { Attestation = SoftAttestation.PackedBasic };
    private Registration _engine = null!;
    private RegistrationState _state = null!;
    private byte[] _json = [];

    [GlobalSetup]
    public void Prepare()
    {
        var root = SoftAttestationAuthority.Default(_authenticator.Aaguid).Root;
        var trust = new AttestationTrustSource(roots: [new AttestationRoot(root)]);
        _engine = new Registration(Ceremonies.RelyingParty, Ceremonies.Time, trust: trust);
        (_state, _json) = Ceremonies.Register(_authenticator, Attested, trust);
    }

    [Benchmark(Description = "packed registration, chain to a trusted root")]
    public CredentialRecord Packed()
        => _engine.Finish(_state, _json) is { Succeeded: true } result && result.Credential.IsAttestationTrusted
            ? result.Credential
            : throw new InvalidOperationException("A good registration is refused.");
}
