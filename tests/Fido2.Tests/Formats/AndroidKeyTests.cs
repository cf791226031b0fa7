using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.4, "Android Key Attestation Statement Format".</summary>
public sealed class AndroidKeyTests
{
    private static readonly RegistrationPolicy TeeOnly = RegistrationPolicy.Passkeys with { AndroidKeyScope = AndroidKeyScope.TeeOnly };

    private static SoftAuthenticator Android => new() { Attestation = SoftAttestation.AndroidKey };

    [Theory(DisplayName = "§8.4 step 6: the type is Basic; every version of the key description")]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(400)]
    public void Good(int version)
    {
        var record = new GoodRegistration { Authenticator = Android, Policy = TeeOnly, Lies = With(new AndroidKeyLies { Version = version }) }.Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("android-key", AttestationType.Basic, 1));
    }

    [Theory(DisplayName = "§8.4 step 1: the statement has alg, sig and x5c, nothing else")]
    [InlineData("alg", WebAuthnError.AndroidKeyMembers)]
    [InlineData("sig", WebAuthnError.AndroidKeyMembers)]
    [InlineData("x5c", WebAuthnError.AndroidKeyMembers)]
    [InlineData("+ver", WebAuthnError.AndroidKeyMembers)]
    [InlineData("alg is text", WebAuthnError.AndroidKeyMembers)]
    [InlineData("sig is text", WebAuthnError.AndroidKeyMembers)]
    [InlineData("x5c is empty", WebAuthnError.AndroidKeyX5c)]
    [InlineData("x5c has nine", WebAuthnError.AndroidKeyX5c)]
    public void Members(string change, WebAuthnError expected)
        => new GoodRegistration { Authenticator = Android, Lies = new Lies { StatementMembers = members => StatementChanges.Apply(members, change) } }
            .Run().ShouldBeRefused(expected);

    [Fact(DisplayName = "§8.4 step 2: the signature is the certified key's, over these data")]
    public void Signature()
    {
        using var other = SoftKey.Create(-7);
        void Refused(Lies lies, WebAuthnError expected) => new GoodRegistration { Authenticator = Android, Lies = lies }.Run().ShouldBeRefused(expected);
        Refused(new Lies { SigningKey = other }, WebAuthnError.SignatureInvalid);
        Refused(new Lies { ClientDataAfterwards = json => [.. json, (byte)' '] }, WebAuthnError.SignatureInvalid);
        Refused(new Lies { StatementAlgorithm = -257 }, WebAuthnError.AndroidKeyAlgorithm);
        Refused(new Lies { StatementAlgorithm = -9 }, WebAuthnError.AndroidKeyMismatch);
    }

    [Fact(DisplayName = "§8.4 step 3: the certified key is the credential's")]
    public void Key()
    {
        using var other = SoftKey.Create(-7);
        new GoodRegistration { Authenticator = Android, Lies = With(new AndroidKeyLies { CertifiedKey = other }) }.Run().ShouldBeRefused(WebAuthnError.AndroidKeyMismatch);
    }

    [Theory(DisplayName = "§8.4 step 4: the challenge is the hash of the client data; the description is DER")]
    [MemberData(nameof(Descriptions))]
    public void Description(string what, AndroidKeyLies lies, WebAuthnError expected)
        => new GoodRegistration { Authenticator = Android, Lies = With(lies) }.Run().Failure.ShouldNotBeNull(what).Error.ShouldBe(expected, what);

    public static TheoryData<string, AndroidKeyLies, WebAuthnError> Descriptions() => new()
    {
        { "another challenge", new AndroidKeyLies { Challenge = new byte[32] }, WebAuthnError.AndroidKeyChallenge },
        { "no challenge", new AndroidKeyLies { Challenge = [] }, WebAuthnError.AndroidKeyChallenge },
        { "no description", new AndroidKeyLies { Description = _ => null }, WebAuthnError.AndroidKeyDescription },
        { "bytes after it", new AndroidKeyLies { Description = der => [.. der, 0] }, WebAuthnError.AndroidKeyDescription },
        { "cut short", new AndroidKeyLies { Description = der => der[..^1] }, WebAuthnError.AndroidKeyDescription },
        { "one more member", new AndroidKeyLies { Description = _ => Der.Sequence(Der.Number(1)) }, WebAuthnError.AndroidKeyDescription },
        { "version 0", new AndroidKeyLies { Version = 0 }, WebAuthnError.AndroidKeyDescription },
        { "origin twice", new AndroidKeyLies { Tee = [AndroidKeyLies.Purpose(2), AndroidKeyLies.Origin(0), AndroidKeyLies.Origin(0)] }, WebAuthnError.AndroidKeyDescription },
        { "a primitive member", new AndroidKeyLies { Tee = [AndroidKeyLies.Purpose(2), [0x82, 1, 3], AndroidKeyLies.Origin(0)] }, WebAuthnError.AndroidKeyDescription },
        { "an untagged member", new AndroidKeyLies { Tee = [Der.Number(1)] }, WebAuthnError.AndroidKeyDescription },
        { "origin with a rest", new AndroidKeyLies { Tee = [AndroidKeyLies.Purpose(2), Der.Tagged(702, Der.Number(0), Der.Number(0))] }, WebAuthnError.AndroidKeyDescription },
        { "a huge purpose", new AndroidKeyLies { Tee = [Der.Tagged(1, Der.Set([2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0])), AndroidKeyLies.Origin(0)] }, WebAuthnError.AndroidKeyDescription },
    };

    [Fact(DisplayName = "§8.4 step 5: allApplications on neither list")]
    public void All_applications()
    {
        var good = new AndroidKeyLies();
        new GoodRegistration { Authenticator = Android, Policy = TeeOnly, Lies = With(good with { Software = [AndroidKeyLies.AllApplications()] }) }
            .Run().ShouldBeRefused(WebAuthnError.AndroidKeyAllApplications);
        new GoodRegistration { Authenticator = Android, Policy = TeeOnly, Lies = With(good with { Tee = [.. good.Tee, AndroidKeyLies.AllApplications()] }) }
            .Run().ShouldBeRefused(WebAuthnError.AndroidKeyAllApplications);
    }

    [Theory(DisplayName = "§8.4 step 5: origin is GENERATED and purpose SIGN, on the list that counts")]
    [MemberData(nameof(Lists))]
    public void Authorization_lists(string what, AndroidKeyLies lies, WebAuthnError inTee, WebAuthnError inUnion)
    {
        WebAuthnError Run(RegistrationPolicy policy)
            => new GoodRegistration { Authenticator = Android, Policy = policy, Lies = With(lies) }.Run().Failure?.Error ?? WebAuthnError.None;
        Run(TeeOnly).ShouldBe(inTee, what);
        Run(RegistrationPolicy.Passkeys).ShouldBe(inUnion, what);
        new RegistrationPolicy().AndroidKeyScope.ShouldBe(AndroidKeyScope.TeeOnly);
    }

    public static TheoryData<string, AndroidKeyLies, WebAuthnError, WebAuthnError> Lists()
    {
        byte[] sign = AndroidKeyLies.Purpose(2), verify = AndroidKeyLies.Purpose(3), made = AndroidKeyLies.Origin(0), imported = AndroidKeyLies.Origin(2);
        const WebAuthnError None = WebAuthnError.None, Origin = WebAuthnError.AndroidKeyOrigin, Purpose = WebAuthnError.AndroidKeyPurpose;
        return new()
        {
            { "in the environment", new AndroidKeyLies { Tee = [sign, made] }, None, None },
            { "in software", new AndroidKeyLies { Tee = [], Software = [sign, made] }, Origin, None },
            { "half and half", new AndroidKeyLies { Tee = [made], Software = [sign] }, Purpose, None },
            { "imported", new AndroidKeyLies { Tee = [sign, imported] }, Origin, Origin },
            { "imported in software", new AndroidKeyLies { Tee = [], Software = [sign, imported] }, Origin, Origin },
            { "two origins", new AndroidKeyLies { Tee = [sign, made], Software = [imported] }, None, Origin },
            { "only verifies", new AndroidKeyLies { Tee = [verify, made] }, Purpose, Purpose },
            { "no origin", new AndroidKeyLies { Tee = [sign] }, Origin, Origin },
            { "no purpose", new AndroidKeyLies { Tee = [made] }, Purpose, Purpose },
            { "nothing", new AndroidKeyLies { Tee = [], Software = [] }, Origin, Origin },
        };
    }

    private static Lies With(AndroidKeyLies lies) => new() { AndroidKey = lies };
}
