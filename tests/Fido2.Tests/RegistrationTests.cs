using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>§7.1, "Registering a New Credential", step by step.</summary>
/// <remarks>
/// Steps without a test of their own: 2 is the browser's; 12 (the hash) and 22 (the statement) are seen in every test of a
/// signature, §8.2; 19 (BS policy) and 23 (anchors) have no code to test, see <c>docs/divergences.md</c>; 29 (store) is the caller's.
/// </remarks>
public sealed class RegistrationTests
{
    [Fact(DisplayName = "§7.1 step 1: the options say what was asked, and the state keeps it")]
    public void Start_issues_what_it_keeps()
    {
        var exclude = new PublicKeyCredentialDescriptor { Id = new byte[20], Transports = ["internal"] };
        var (options, state) = new GoodRegistration { Exclude = [exclude], Conveyance = AttestationConveyance.Direct }.Begin();

        options.Rp.Id.ShouldBe("idp.example");
        options.Challenge.Length.ShouldBe(32);
        options.Challenge.ToArray().ShouldBe(state.Challenge.ToArray());
        options.Timeout.ShouldBe(300_000u);
        options.AuthenticatorSelection.ShouldNotBeNull().ResidentKey.ShouldBe("required");
        options.AuthenticatorSelection.RequireResidentKey.ShouldBeTrue();
        options.AuthenticatorSelection.UserVerification.ShouldBe("required");
        options.Attestation.ShouldBe("direct");
        options.Extensions.ShouldNotBeNull().CredProps.ShouldBe(true);
        state.Kind.ShouldBe(CeremonyKind.Create);
        state.Algorithms.ShouldBe(options.PubKeyCredParams.Select(parameters => parameters.Alg));
        state.ExcludedCredentials.ShouldBe([Base64Url.EncodeToString(exclude.Id.Span)]);
        state.ExpiresAt.ShouldBe(state.CreatedAt + TimeSpan.FromMinutes(5));
    }

    [Fact(DisplayName = "§7.1 step 1: every challenge is new")]
    public void Challenges_differ()
        => new GoodRegistration().Begin().State.Challenge.ToArray().ShouldNotBe(new GoodRegistration().Begin().State.Challenge.ToArray());

    [Fact(DisplayName = "§5.4: EdDSA, ES256 and RS256 are offered where nothing else is said")]
    public void Default_algorithms()
        => RegistrationRequest.DefaultAlgorithms.ShouldBe([CoseAlgorithm.EdDSA, CoseAlgorithm.ES256, CoseAlgorithm.RS256]);

    [Fact(DisplayName = "§7.1 step 3: an assertion response is not an attestation response")]
    public void Refuses_an_assertion_response()
    {
        var authenticator = new SoftAuthenticator();
        new GoodRegistration { Authenticator = authenticator }.Run().ShouldSucceed();
        var ceremony = new GoodRegistration { Authenticator = authenticator }.Begin();
        var request = new JsonObject { ["challenge"] = Base64Url.EncodeToString(ceremony.State.Challenge.Span), ["rpId"] = GoodRegistration.RpId };
        var assertion = authenticator.Get(request.ToJsonString(), GoodRegistration.Origin);

        new GoodRegistration().Registration.Finish(ceremony.State, Encoding.UTF8.GetBytes(assertion)).ShouldBeRefused(WebAuthnError.RequestMalformed);
    }

    [Fact(DisplayName = "§7.1 step 4: client extension outputs may be absent")]
    public void Accepts_a_response_without_extension_outputs()
        => new GoodRegistration { Lies = new Lies { Json = json => json.Remove("clientExtensionResults") } }.Run().ShouldSucceed();

    [Fact(DisplayName = "§7.1 step 5: one byte order mark is stripped")]
    public void Strips_a_byte_order_mark()
        => new GoodRegistration { Lies = new Lies { ClientData = json => [0xEF, 0xBB, 0xBF, .. json] } }.Run().ShouldSucceed();

    [Fact(DisplayName = "§7.1 step 5: client data that is not UTF-8 is refused")]
    public void Refuses_client_data_in_another_encoding()
        => new GoodRegistration { Lies = new Lies { ClientData = json => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(json))] } }
            .Run().ShouldBeRefused(WebAuthnError.ClientDataUtf8);

    [Fact(DisplayName = "§7.1 step 6: client data that is not JSON is refused")]
    public void Refuses_client_data_that_is_not_json()
        => new GoodRegistration { Lies = new Lies { ClientData = json => [.. json, (byte)'}'] } }.Run().ShouldBeRefused(WebAuthnError.ClientDataJson);

    [Theory(DisplayName = "§7.1 step 7: the type is webauthn.create")]
    [InlineData("webauthn.get")]
    [InlineData("webauthn.Create")]
    [InlineData("webauthn.create ")]
    [InlineData("payment.get")]
    [InlineData("")]
    public void Refuses_another_type(string type)
        => new GoodRegistration { Lies = new Lies { Type = type } }.Run().ShouldBeRefused(WebAuthnError.ClientDataType);

    [Fact(DisplayName = "§7.1 step 8: the challenge is the one that was issued")]
    public void Refuses_another_challenge()
        => new GoodRegistration { State = state => state with { Challenge = new byte[32] } }.Run().ShouldBeRefused(WebAuthnError.ClientDataChallenge);

    [Theory(DisplayName = "§7.1 step 8: the challenge is compared as the text that a client writes")]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData(" ")]
    [InlineData("A")]
    [InlineData("\n")]
    [InlineData("\0")]
    public void Refuses_another_spelling_of_the_challenge(string appended)
    {
        var ceremony = new GoodRegistration();
        var started = ceremony.Begin();
        var challenge = appended.Length == 0 ? "" : Base64Url.EncodeToString(started.State.Challenge.Span) + appended;
        var json = ceremony.Authenticator.Create(started.Options.ToJson(), GoodRegistration.Origin, new Lies { Challenge = challenge });

        ceremony.Registration.Finish(started.State, Encoding.UTF8.GetBytes(json)).ShouldBeRefused(WebAuthnError.ClientDataChallenge);
    }

    [Fact(DisplayName = "§7.1 step 8: JSON escapes are another spelling of JSON, not of the challenge")]
    public void Accepts_an_escaped_challenge()
        => new GoodRegistration
        {
            Lies = new Lies { ClientData = json => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("\"challenge\"", "\"\\u0063hallenge\"", StringComparison.Ordinal)) },
        }.Run().ShouldSucceed();

    [Theory(DisplayName = "§7.1 step 9: origins are compared exactly (W20)")]
    [MemberData(nameof(Origins.NotExactly), MemberType = typeof(Origins))]
    public void Refuses_an_origin_that_is_not_listed(string origin)
        => new GoodRegistration { Lies = new Lies { Origin = origin } }.Run().ShouldBeRefused(WebAuthnError.ClientDataOrigin);

    [Fact(DisplayName = "§7.1 step 9: every listed origin is accepted, an app's too")]
    public void Accepts_each_listed_origin()
    {
        const string App = "android:apk-key-hash:2wJC0Xn9yIUcM_i2pZ7GzZB8q1CGTZ9Vj_0y5m4Vd3A";
        var relyingParty = new RelyingParty("idp.example", "Identity", ["https://idp.example", "https://app.idp.example:8443", App]);
        foreach (var origin in relyingParty.Origins)
        {
            new GoodRegistration { RelyingParty = relyingParty, PageOrigin = origin }.Run().ShouldSucceed();
        }
    }

    [Fact(DisplayName = "§7.1 step 10: a cross-origin frame is refused unless it is allowed")]
    public void Cross_origin_frames()
    {
        var lies = new Lies { CrossOrigin = true };
        new GoodRegistration { Lies = lies }.Run().ShouldBeRefused(WebAuthnError.ClientDataCrossOrigin);
        new GoodRegistration { Lies = lies, RelyingParty = Origins.Framed }.Run().ShouldSucceed();
    }

    [Fact(DisplayName = "§7.1 step 11: a top origin is refused unless it is listed")]
    public void Top_origins()
    {
        var lies = new Lies { CrossOrigin = true, TopOrigin = "https://agency.example" };
        new GoodRegistration { Lies = lies, RelyingParty = Origins.Framed }.Run().ShouldSucceed();
        new GoodRegistration { Lies = lies with { TopOrigin = "https://evil.example" }, RelyingParty = Origins.Framed }.Run().ShouldBeRefused(WebAuthnError.ClientDataTopOrigin);
        new GoodRegistration { Lies = lies with { CrossOrigin = false }, RelyingParty = Origins.Framed }.Run().ShouldBeRefused(WebAuthnError.ClientDataTopOrigin);
        new GoodRegistration { Lies = lies with { CrossOrigin = false } }.Run().ShouldBeRefused(WebAuthnError.ClientDataTopOrigin);
        new GoodRegistration { Lies = lies, RelyingParty = new RelyingParty("idp.example", "Identity", [GoodRegistration.Origin], allowCrossOrigin: true) }
            .Run().ShouldBeRefused(WebAuthnError.ClientDataTopOrigin);
    }

    [Fact(DisplayName = "§7.1 step 13: attested credential data must be there")]
    public void Refuses_authenticator_data_without_a_credential()
        => new GoodRegistration { Lies = new Lies { AuthenticatorData = data => [.. data[..32], 0x05, 0, 0, 0, 0] } }
            .Run().ShouldBeRefused(WebAuthnError.AuthenticatorDataAttestedMissing);

    [Theory(DisplayName = "§7.1 step 14: the RP ID hash is ours")]
    [InlineData("evil.example")]
    [InlineData("example")]
    [InlineData("IDP.example")]
    [InlineData("https://idp.example")]
    public void Refuses_another_relying_party(string rpId)
        => new GoodRegistration { Lies = new Lies { RelyingPartyId = rpId } }.Run().ShouldBeRefused(WebAuthnError.AuthenticatorDataRpId);

    [Fact(DisplayName = "§7.1 step 15: somebody is present, unless mediation is conditional")]
    public void User_presence()
    {
        var relaxed = RegistrationPolicy.Passkeys with { UserVerification = UserVerificationRequirement.Preferred };
        new GoodRegistration { Lies = new Lies { UserPresent = false } }.Run().ShouldBeRefused(WebAuthnError.AuthenticatorDataUserPresent);
        new GoodRegistration { Lies = new Lies { UserPresent = false, UserVerified = false }, Policy = relaxed, IsConditional = true }.Run().ShouldSucceed();
    }

    [Fact(DisplayName = "§7.1 step 16: the user is verified where that is required (W18)")]
    public void User_verification()
    {
        var lies = new Lies { UserVerified = false };
        new GoodRegistration { Lies = lies }.Run().ShouldBeRefused(WebAuthnError.AuthenticatorDataUserVerified);
        new GoodRegistration { Lies = lies, Policy = RegistrationPolicy.Passkeys with { UserVerification = UserVerificationRequirement.Preferred } }
            .Run().ShouldSucceed().IsUserVerificationInitialized.ShouldBeFalse();
    }

    [Fact(DisplayName = "§7.1 step 17: BS without BE is refused (W22)")]
    public void Backup_state_needs_eligibility()
        => new GoodRegistration { Lies = new Lies { BackedUp = true, BackupEligible = false } }.Run().ShouldBeRefused(WebAuthnError.AuthenticatorDataBackupState);

    [Fact(DisplayName = "§7.1 step 18: a policy may refuse synced credentials")]
    public void Backup_eligibility_policy()
    {
        var synced = new SoftAuthenticator { IsSynced = true };
        new GoodRegistration { Authenticator = synced, Policy = RegistrationPolicy.Passkeys with { BackupEligibility = BackupEligibility.DeviceBound } }
            .Run().ShouldBeRefused(WebAuthnError.BackupEligibilityNotAllowed);
        var record = new GoodRegistration { Authenticator = synced }.Run().ShouldSucceed();
        (record.IsBackupEligible, record.IsBackedUp).ShouldBe((true, true));
    }

    [Theory(DisplayName = "§7.1 step 20: only an algorithm that was offered (W4)")]
    [InlineData(-7)]
    [InlineData(-8)]
    [InlineData(-257)]
    public void Refuses_an_algorithm_that_was_not_offered(int algorithm)
        => new GoodRegistration { Algorithms = [CoseAlgorithm.ES384], Lies = new Lies { Algorithm = algorithm } }.Run().ShouldBeRefused(WebAuthnError.KeyAlgorithmNotOffered);

    [Theory(DisplayName = "§7.1 step 20: every algorithm of the engine registers, with every statement")]
    [MemberData(nameof(Everything))]
    public void Accepts_every_algorithm(int algorithm, SoftAttestation attestation)
    {
        var record = new GoodRegistration
        {
            Authenticator = new SoftAuthenticator { Algorithms = [algorithm], Attestation = attestation },
            Policy = RegistrationPolicy.Passkeys with { AllowAndroidSafetyNet = true },
            Lies = new Lies { SafetyNet = new SafetyNetLies { Timestamp = GoodRegistration.Start } },
        }.Run().ShouldSucceed();
        record.Algorithm.ShouldBe((CoseAlgorithm)algorithm);
        record.AttestationType.ShouldBe(attestation switch
        {
            SoftAttestation.PackedSelf => AttestationType.Self,
            SoftAttestation.None => AttestationType.None,
            SoftAttestation.Tpm => AttestationType.AttCA,
            SoftAttestation.Apple or SoftAttestation.Compound => AttestationType.AnonCA,
            _ => AttestationType.Basic,
        });
    }

    public static TheoryData<int, SoftAttestation> Everything()
    {
        var data = new TheoryData<int, SoftAttestation>();
        foreach (var (algorithm, attestation) in SoftAuthenticator.Pairs())
        {
            data.Add(algorithm, attestation);
        }

        return data;
    }

    [Theory(DisplayName = "§7.1 step 21: formats are matched exactly")]
    [InlineData("None")]
    [InlineData("none ")]
    [InlineData("packed2")]
    [InlineData("apple-appattest")]
    public void Refuses_an_unknown_format(string format)
        => new GoodRegistration { Lies = new Lies { Format = format } }.Run().ShouldBeRefused(WebAuthnError.AttestationFormatUnknown);

    [Theory(DisplayName = "§7.1 step 24: what the policy accepts, from the strictest down")]
    [InlineData(AttestationAcceptance.Trusted, SoftAttestation.None, WebAuthnError.TrustType)]
    [InlineData(AttestationAcceptance.Trusted, SoftAttestation.PackedSelf, WebAuthnError.TrustType)]
    [InlineData(AttestationAcceptance.Trusted, SoftAttestation.PackedBasic, WebAuthnError.TrustNoAnchor)]
    [InlineData(AttestationAcceptance.Certified, SoftAttestation.None, WebAuthnError.TrustType)]
    [InlineData(AttestationAcceptance.Certified, SoftAttestation.PackedSelf, WebAuthnError.TrustType)]
    [InlineData(AttestationAcceptance.Certified, SoftAttestation.PackedBasic, WebAuthnError.None)]
    [InlineData(AttestationAcceptance.SelfOrBetter, SoftAttestation.None, WebAuthnError.TrustType)]
    [InlineData(AttestationAcceptance.SelfOrBetter, SoftAttestation.PackedSelf, WebAuthnError.None)]
    [InlineData(AttestationAcceptance.SelfOrBetter, SoftAttestation.PackedBasic, WebAuthnError.None)]
    [InlineData(AttestationAcceptance.Any, SoftAttestation.None, WebAuthnError.None)]
    public void Attestation_policy(AttestationAcceptance acceptance, SoftAttestation attestation, WebAuthnError expected)
    {
        var result = new GoodRegistration
        {
            Policy = RegistrationPolicy.Passkeys with { Attestation = acceptance },
            Authenticator = new SoftAuthenticator { Attestation = attestation },
        }.Run();
        if (expected == WebAuthnError.None)
        {
            result.ShouldSucceed().IsAttestationTrusted.ShouldBeFalse();
        }
        else
        {
            result.ShouldBeRefused(expected);
        }
    }

    [Fact(DisplayName = "§7.1 step 24: a fresh policy accepts nothing that no anchor vouches for")]
    public void The_zero_policy_is_the_strictest()
        => new GoodRegistration { Policy = new RegistrationPolicy() }.Run().ShouldBeRefused(WebAuthnError.TrustType);

    [Theory(DisplayName = "§7.1 step 24: a list of models counts only for trusted attestation (W2)")]
    [InlineData(SoftAttestation.None, WebAuthnError.TrustType)]
    [InlineData(SoftAttestation.PackedSelf, WebAuthnError.TrustType)]
    [InlineData(SoftAttestation.PackedBasic, WebAuthnError.TrustNoAnchor)]
    public void An_aaguid_is_a_claim(SoftAttestation attestation, WebAuthnError expected)
    {
        var authenticator = new SoftAuthenticator { Attestation = attestation };
        new GoodRegistration { Authenticator = authenticator, Policy = RegistrationPolicy.Passkeys with { AllowedAaguids = [authenticator.Aaguid] } }
            .Run().ShouldBeRefused(expected);
    }

    [Fact(DisplayName = "§7.1 step 24: a denied model is refused")]
    public void Refuses_a_denied_model()
    {
        var authenticator = new SoftAuthenticator();
        new GoodRegistration { Authenticator = authenticator, Policy = RegistrationPolicy.Passkeys with { DeniedAaguids = [authenticator.Aaguid] } }
            .Run().ShouldBeRefused(WebAuthnError.TrustAaguidDenied);
    }

    [Theory(DisplayName = "§7.1 step 25: credential IDs have 16 to 1023 bytes (W11)")]
    [InlineData(16, true)]
    [InlineData(15, false)]
    [InlineData(1, false)]
    [InlineData(1023, true)]
    [InlineData(1024, false)]
    [InlineData(4096, false)]
    public void Credential_id_length(int length, bool accepted)
    {
        var result = new GoodRegistration { Lies = new Lies { CredentialId = Filled(length) } }.Run();
        if (accepted)
        {
            result.ShouldSucceed().Id.Length.ShouldBe(length);
        }
        else
        {
            result.ShouldBeRefused(WebAuthnError.CredentialIdLength);
        }
    }

    [Fact(DisplayName = "§7.1 step 25: short credential IDs by name only")]
    public void Short_credential_ids_can_be_allowed()
        => new GoodRegistration { Lies = new Lies { CredentialId = Filled(1) }, Policy = RegistrationPolicy.Passkeys with { AllowShortCredentialIds = true } }.Run().ShouldSucceed();

    [Fact(DisplayName = "§7.1 step 26: an excluded credential is refused, whatever the client did (W4, W11)")]
    public void Refuses_an_excluded_credential()
    {
        var id = Filled(32);
        new GoodRegistration { Exclude = [new PublicKeyCredentialDescriptor { Id = id }], Lies = new Lies { CredentialId = id, IgnoreExcludeCredentials = true } }
            .Run().ShouldBeRefused(WebAuthnError.CredentialExists);
    }

    [Fact(DisplayName = "§7.1 step 27: the record holds what the response said")]
    public void The_record()
    {
        var authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedBasic, Transports = ["usb", "nfc"], Attachment = "cross-platform" };
        var record = new GoodRegistration { Authenticator = authenticator, Lies = new Lies { SignCount = 41 } }.Run().ShouldSucceed();
        var made = authenticator.Credentials.ShouldHaveSingleItem();

        record.Type.ShouldBe("public-key");
        record.Id.ToArray().ShouldBe(made.Id);
        record.RelyingPartyId.ShouldBe("idp.example");
        record.UserHandle.ToArray().ShouldBe(made.UserHandle);
        record.PublicKey.ToArray().ShouldBe(made.Key.CoseKey);
        record.SignCount.ShouldBe(41u);
        record.IsUserVerificationInitialized.ShouldBeTrue();
        record.Transports.ShouldBe(["usb", "nfc"]);
        record.AuthenticatorAttachment.ShouldBe("cross-platform");
        record.IsDiscoverable.ShouldBe(true);
        (record.IsBackupEligible, record.IsBackedUp).ShouldBe((false, false));
        record.Aaguid.ShouldBe(authenticator.Aaguid);
        record.AttestationFormat.ShouldBe("packed");
        record.AttestationType.ShouldBe(AttestationType.Basic);
        record.TrustPathThumbprints.ShouldHaveSingleItem().Length.ShouldBe(64);
        record.AttestationObject.Length.ShouldBeGreaterThan(500);
        record.AttestationClientDataJson.Length.ShouldBeGreaterThan(80);
        record.Status.ShouldBe(CredentialStatus.Active);
        record.CreatedAt.ShouldBe(GoodRegistration.Start + TimeSpan.FromSeconds(20));
    }

    [Fact(DisplayName = "§7.1 step 27: rawId repeats the credential ID of the authenticator data")]
    public void Raw_id_is_the_credential_id()
        => new GoodRegistration { Lies = new Lies { Json = json => (json["id"], json["rawId"]) = (Base64Url.EncodeToString(Filled(32)), Base64Url.EncodeToString(Filled(32))) } }
            .Run().ShouldBeRefused(WebAuthnError.IdMismatch);

    [Fact(DisplayName = "§7.1 step 28: credProps.rk=false is refused where a discoverable credential is required (W4)")]
    public void Cred_props()
    {
        var lies = new Lies { ClientExtensionResults = new JsonObject { ["credProps"] = new JsonObject { ["rk"] = false } } };
        new GoodRegistration { Lies = lies }.Run().ShouldBeRefused(WebAuthnError.ExtensionCredProps);
        new GoodRegistration { Lies = lies, Policy = RegistrationPolicy.Passkeys with { ResidentKey = ResidentKeyRequirement.Preferred } }
            .Run().ShouldSucceed().IsDiscoverable.ShouldBe(false);
    }

    [Fact(DisplayName = "§7.1 step 28: unsolicited outputs are ignored")]
    public void Ignores_unsolicited_extensions()
        => new GoodRegistration
        {
            Lies = new Lies
            {
                ClientExtensionResults = new JsonObject { ["appid"] = true, ["credProps"] = "odd", ["prf"] = new JsonObject { ["enabled"] = true } },
                AuthenticatorExtensions = Cbor.Map(("credProtect", Cbor.Number(2)), ("hmac-secret", Cbor.Bool(true))),
            },
        }.Run().ShouldSucceed();

    [Fact(DisplayName = "R-REG-15: the convenience members of a registration are not read")]
    public void Ignores_the_convenience_members()
        => new GoodRegistration
        {
            Lies = new Lies
            {
                Json = json =>
                {
                    var response = json["response"]!.AsObject();
                    response["publicKey"] = null;
                    response["publicKeyAlgorithm"] = -257;
                    response["authenticatorData"] = "not base64url!";
                },
            },
        }.Run().ShouldSucceed();

    private static byte[] Filled(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];
}
