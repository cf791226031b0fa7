using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Benchmarks;

/// <summary>A whole authentication from the browser's JSON to the verdict, beside the bare verification of a signature.</summary>
public class AssertionBenchmarks
{
    private static readonly byte[] Message = RandomNumberGenerator.GetBytes(69);

    private readonly ECDsa _p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Authentication _warm = new(Ceremonies.RelyingParty, Ceremonies.Time);
    private readonly Authentication _cold = new(Ceremonies.RelyingParty, Ceremonies.Time, new PublicKeyCache(0));
    private byte[] _p256Signature = [];
    private byte[] _p256Key = [];
    private byte[] _ed25519Signature = [];
    private NSec.Cryptography.PublicKey _ed25519 = null!;
    private Case _es256 = null!;
    private Case _eddsa = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _es256 = Make(-7);
        _eddsa = Make(-8);
        _p256Key = _p256.ExportSubjectPublicKeyInfo();
        _p256Signature = _p256.SignData(Message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var key = NSec.Cryptography.Key.Create(NSec.Cryptography.SignatureAlgorithm.Ed25519);
        (_ed25519, _ed25519Signature) = (key.PublicKey, NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, Message));
    }

    [Benchmark(Description = "floor: P-256 verify, imported key")]
    public bool FloorP256() => _p256.VerifyData(Message, _p256Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    [Benchmark(Description = "floor: P-256 import and verify")]
    public bool FloorP256Cold()
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_p256Key, out _);
        return key.VerifyData(Message, _p256Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    [Benchmark(Description = "floor: Ed25519 verify (NSec)")]
    public bool FloorEd25519() => NSec.Cryptography.SignatureAlgorithm.Ed25519.Verify(_ed25519, Message, _ed25519Signature);

    [Benchmark(Description = "ES256 assertion, warm key")]
    public bool Es256() => _es256.Verify(_warm);

    [Benchmark(Description = "ES256 assertion, cold key")]
    public bool Es256Cold() => _es256.Verify(_cold);

    [Benchmark(Description = "Ed25519 assertion, warm key")]
    public bool Ed25519() => _eddsa.Verify(_warm);

    private static Case Make(int algorithm)
    {
        var authenticator = new SoftAuthenticator { Algorithms = [algorithm], CounterStep = 0 };
        var (state, json) = Ceremonies.Register(authenticator, RegistrationPolicy.Passkeys, AttestationTrustSource.None);
        var record = new Registration(Ceremonies.RelyingParty, Ceremonies.Time).Finish(state, json).Credential!;
        var ceremony = new Authentication(Ceremonies.RelyingParty, Ceremonies.Time).Start(new AuthenticationRequest { Policy = AuthenticationPolicy.Passkeys });
        return new Case(ceremony.State, Encoding.UTF8.GetBytes(authenticator.Get(ceremony.Options.ToJson(), Ceremonies.Origin)), record);
    }

    private sealed record Case(AuthenticationState State, byte[] Json, CredentialRecord Record)
    {
        internal bool Verify(Authentication engine)
        {
            var reading = engine.Read(State, Json);
            return reading.Succeeded && engine.Own(reading.Response, Record) is { Succeeded: true } ownership
                && (engine.Finish(ownership.Owned).Succeeded ? true : throw new InvalidOperationException("A good assertion is refused."));
        }
    }
}
