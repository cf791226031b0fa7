using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>fido-u2f, tpm and android-key.</summary>
internal static class FormatSuites
{
    internal static readonly Suite U2f = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-8",
        Ok("P-1", "a U2F authenticator", t => t.RegisterAsync(t.Models.U2f)),
        Refused("F-1", "its AAGUID is not zero", "u2f.aaguid", t => t.RegisterAsync(t.Models.U2f, new Lies { Aaguid = Models.Aaguid(1) })),
        Refused("F-2", "sig does not verify", "sig.invalid", t => t.RegisterAsync(t.Models.U2f, Bend.Signature)));

    internal static readonly Suite Tpm = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-9",
        Ok("P-1", "RS256 and SHA-256", t => ByTpm(t, Rsa)),
        Ok("P-2", "RS1 and SHA-1", t => ByTpm(t, new Lies { Algorithm = -65535, Tpm = Conforming with { AikAlgorithm = -65535, NameAlgorithm = 0x0004 } })),
        Ok("P-4", "ES256 and SHA-256", t => ByTpm(t, new Lies { Algorithm = -7, Tpm = Conforming })),
        Refused("F-1", "the certificates are in the wrong order", "cert.subject", t => ByTpm(t, Rsa, inWrongOrder: true)),
        Refused("F-2", "extraData is another hash", "tpm.extra_data", t => ByTpm(t, Rsa with { Tpm = Rsa.Tpm! with { ExtraData = new byte[32] } })),
        Refused("F-3", "magic is another number", "tpm.magic", t => ByTpm(t, Rsa with { Tpm = Rsa.Tpm! with { Magic = 0xFF544348 } })),
        Refused("F-4", "pubArea is about another key", "tpm.key", async t =>
        {
            using var key = SoftKey.Create(-257);
            return await ByTpm(t, Rsa with { Tpm = Rsa.Tpm! with { PublicAreaKey = key } });
        }));

    internal static readonly Suite AndroidKey = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-A",
        Ok("P-1", "a key of Android's keystore", t => ByAndroid(t, new Lies())),
        Refused("F-1", "the leaf has the hash of other client data", "ak.challenge", t => ByAndroid(t, new Lies { AndroidKey = new AndroidKeyLies { Challenge = new byte[32] } })),
        Refused("F-2", "the leaf has another key", "ak.key", async t =>
        {
            using var key = SoftKey.Create(-7);
            return await ByAndroid(t, new Lies { AndroidKey = new AndroidKeyLies { CertifiedKey = key } });
        }),
        Refused("F-3", "the certificates are in the wrong order", "sig.invalid", t => ByAndroid(t, new Lies(), inWrongOrder: true)));

    private static TpmLies Conforming => new() { Certificate = new AikShape { Manufacturer = "id:FFFFF1D0" } };

    private static Lies Rsa => new() { Algorithm = -257, Tpm = Conforming with { AikAlgorithm = -257 } };

    private static Task<Reply> ByTpm(Tester t, Lies lies, bool inWrongOrder = false)
        => t.RegisterAsync(t.Models.Tpm.Authenticator, t.Models.Tpm.With(lies, inWrongOrder));

    private static Task<Reply> ByAndroid(Tester t, Lies lies, bool inWrongOrder = false)
        => t.RegisterAsync(t.Models.AndroidKey.Authenticator, t.Models.AndroidKey.With(lies, inWrongOrder));
}
