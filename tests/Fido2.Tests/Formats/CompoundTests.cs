using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.9, "Compound Attestation Statement Format".</summary>
public sealed class CompoundTests
{
    private static readonly RegistrationPolicy Any = RegistrationPolicy.Passkeys with { CompoundStatements = CompoundStatements.Any };

    private static SoftAuthenticator Compound => new() { Attestation = SoftAttestation.Compound };

    [Fact(DisplayName = "§8.9 step 2: the strongest statement is what is conveyed")]
    public void Good()
    {
        var record = new GoodRegistration { Authenticator = Compound }.Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("compound", AttestationType.AnonCA, 1));
        new GoodRegistration { Authenticator = Compound, Lies = new Lies { CompoundParts = parts => [parts[0], ("none", Cbor.Map(Array.Empty<(string, byte[])>()))] } }
            .Run().ShouldSucceed().AttestationType.ShouldBe(AttestationType.Self);
    }

    [Theory(DisplayName = "§8.9: two statements at least, none of them compound, each with fmt and attStmt")]
    [MemberData(nameof(Malformed))]
    public void Refuses_a_malformed_statement(string what, byte[] statement, WebAuthnError expected)
    {
        new GoodRegistration { Authenticator = Compound, Lies = new Lies { Statement = statement } }.Run().Failure.ShouldNotBeNull(what).Error.ShouldBe(expected, what);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = new Lies { Statement = statement } }.Run().Succeeded.ShouldBeFalse(what);
    }

    public static TheoryData<string, byte[], WebAuthnError> Malformed()
    {
        var empty = Cbor.Map(Array.Empty<(string, byte[])>());
        byte[] Part(string format) => Cbor.Map(("fmt", Cbor.Text(format)), ("attStmt", empty));
        var none = Part("none");
        return new()
        {
            { "a map", empty, WebAuthnError.CompoundMembers },
            { "no statement", Cbor.Array(), WebAuthnError.CompoundMembers },
            { "one statement", Cbor.Array(none), WebAuthnError.CompoundMembers },
            { "nine statements", Cbor.Array([.. Enumerable.Repeat(none, 9)]), WebAuthnError.CompoundMembers },
            { "a statement that is no map", Cbor.Array(none, Cbor.Array()), WebAuthnError.CompoundMembers },
            { "no fmt", Cbor.Array(none, Cbor.Map(("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "no attStmt", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Text("none")))), WebAuthnError.CompoundMembers },
            { "fmt is bytes", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Bytes([1])), ("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "another member", Cbor.Array(none, Cbor.Map(("fmt", Cbor.Text("none")), ("authData", empty), ("attStmt", empty))), WebAuthnError.CompoundMembers },
            { "a name is a number", Cbor.Array(none, Cbor.Map((1L, empty))), WebAuthnError.CompoundMembers },
            { "nested", Cbor.Array(none, Part("compound")), WebAuthnError.CompoundNested },
            { "unknown", Cbor.Array(Part("apple-appattest"), Part("apple-appattest")), WebAuthnError.AttestationFormatUnknown },
            { "switched off", Cbor.Array(Part("android-safetynet"), Part("android-safetynet")), WebAuthnError.AttestationFormatDisabled },
        };
    }

    [Fact(DisplayName = "§8.9 step 1: one bad statement fails all of them, unless policy is content with any")]
    public void One_bad_statement()
    {
        var lies = new Lies { Apple = new AppleLies { Nonce = new byte[32] } };
        new GoodRegistration { Authenticator = Compound, Lies = lies }.Run().ShouldBeRefused(WebAuthnError.AppleNonce);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = lies }.Run().ShouldSucceed().AttestationType.ShouldBe(AttestationType.Self);
        new GoodRegistration { Authenticator = Compound, Policy = Any, Lies = lies with { Signature = _ => [] } }
            .Run().ShouldBeRefused(WebAuthnError.SignatureEncoding);
    }
}
