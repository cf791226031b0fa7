using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.6, "FIDO U2F Attestation Statement Format".</summary>
public sealed class FidoU2fTests
{
    private static SoftAuthenticator U2f => new() { Attestation = SoftAttestation.FidoU2f };

    [Fact(DisplayName = "§8.6 step 8: the type is Basic and the certificate is the trust path")]
    public void Good()
    {
        var record = new GoodRegistration { Authenticator = U2f }.Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("fido-u2f", AttestationType.Basic, 1));
    }

    [Theory(DisplayName = "§8.6 step 1: the statement has x5c and sig, nothing else")]
    [InlineData("sig", WebAuthnError.U2fMembers)]
    [InlineData("x5c", WebAuthnError.U2fMembers)]
    [InlineData("+alg", WebAuthnError.U2fMembers)]
    [InlineData("sig is text", WebAuthnError.U2fMembers)]
    [InlineData("x5c is text", WebAuthnError.U2fX5c)]
    [InlineData("x5c is empty", WebAuthnError.U2fX5c)]
    public void Members(string change, WebAuthnError expected)
        => new GoodRegistration { Authenticator = U2f, Lies = new Lies { StatementMembers = members => StatementChanges.Apply(members, change) } }
            .Run().ShouldBeRefused(expected);

    [Fact(DisplayName = "§8.6 step 1: the statement is a map")]
    public void Not_a_map()
        => new GoodRegistration { Authenticator = U2f, Lies = new Lies { Statement = Cbor.Array() } }.Run().ShouldBeRefused(WebAuthnError.U2fMembers);

    [Fact(DisplayName = "§8.6 step 2: exactly one certificate")]
    public void One_certificate()
    {
        var authority = SoftAttestationAuthority.Default(new SoftAuthenticator().Aaguid);
        new GoodRegistration { Authenticator = U2f, Lies = new Lies { Certificates = [authority.Certificates[0], authority.Root] } }
            .Run().ShouldBeRefused(WebAuthnError.U2fX5c);
        new GoodRegistration { Authenticator = U2f, Lies = new Lies { Certificates = [[0x30, 0]] } }.Run().ShouldBeRefused(WebAuthnError.CertificateParse);
    }

    [Theory(DisplayName = "§8.6 step 2: the certified key is on P-256")]
    [InlineData(-35)]
    [InlineData(-47)]
    [InlineData(-257)]
    [InlineData(-8)]
    public void Certified_key(int algorithm)
    {
        var authority = new SoftAttestationAuthority(new SoftAuthenticator().Aaguid, new CertificateShape { Algorithm = algorithm });
        new GoodRegistration { Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.FidoU2f, Authority = authority } }
            .Run().ShouldBeRefused(WebAuthnError.U2fCurve);
    }

    [Theory(DisplayName = "§8.6 step 4: the credential key is for ES256")]
    [InlineData(-35)]
    [InlineData(-257)]
    [InlineData(-9)]
    public void Credential_key(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        new GoodRegistration { Authenticator = U2f, Lies = new Lies { CoseKey = key.CoseKey } }.Run().ShouldBeRefused(WebAuthnError.U2fKey);
    }

    [Fact(DisplayName = "§8.6 steps 5 and 6: the signature is over RP ID, client data, credential ID and key")]
    public void Signature()
    {
        void Refused(Lies lies) => new GoodRegistration { Authenticator = U2f, Lies = lies }.Run().ShouldBeRefused(WebAuthnError.SignatureInvalid);
        using var other = SoftKey.Create(-7);
        Refused(new Lies { SigningKey = other });
        Refused(new Lies { ClientDataAfterwards = json => [.. json, (byte)' '] });
        Refused(new Lies { Statement = Signed(new GoodRegistration { Authenticator = U2f }) });
    }

    [Fact(DisplayName = "§8.6: in conformance mode the AAGUID is zero, in the specification anything")]
    public void Aaguid()
    {
        new GoodRegistration { Authenticator = U2f, Mode = EngineMode.Conformance }.Run().ShouldBeRefused(WebAuthnError.U2fAaguid);
        new GoodRegistration { Authenticator = U2f, Mode = EngineMode.Conformance, Lies = new Lies { Aaguid = Guid.Empty } }.Run().ShouldSucceed();
    }

    /// <summary>The statement of another ceremony.</summary>
    private static byte[] Signed(GoodRegistration other)
    {
        byte[] statement = [];
        (other with
        {
            Lies = new Lies { StatementMembers = members => { statement = Cbor.Map(members); return members; } },
        }).Run().ShouldSucceed();
        return statement;
    }
}
