using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Fido2.Vectors;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Vectors;

/// <summary>Good ceremonies of the software authenticator, in the format of the shared vectors.</summary>
internal static class GeneratedVectors
{
    internal static IEnumerable<Vector> Make(int algorithm, SoftAttestation attestation)
        => Make(new SoftAuthenticator { Algorithms = [algorithm], Attestation = attestation }, new Lies(), new Lies());

    /// <summary>A registration and an authentication, each with what its response says in place of the truth.</summary>
    internal static IEnumerable<Vector> Make(SoftAuthenticator authenticator, Lies registered, Lies authenticated)
    {
        var (algorithm, attestation) = (authenticator.Algorithms[0], authenticator.Attestation);
        var ceremony = new GoodRegistration
        {
            Authenticator = authenticator,
            Lies = registered with { SafetyNet = new SafetyNetLies { Timestamp = GoodRegistration.Start } },
        };
        var registration = ceremony.Begin();
        var attested = JsonNode.Parse(ceremony.Answer(registration))!;
        var (options, state) = new Authentication(ceremony.RelyingParty, ceremony.Time).Start(new AuthenticationRequest());
        var asserted = JsonNode.Parse(authenticator.Get(options.ToJson(), GoodRegistration.Origin, authenticated))!;
        var credential = authenticator.Credentials.Single();
        var common = new Vector
        {
            Id = "",
            Type = "",
            RpId = GoodRegistration.RpId,
            Origin = JsonSerializer.SerializeToElement(GoodRegistration.Origin),
            Challenge = "",
            ClientDataJson = "",
            CredentialId = Base64Url.EncodeToString(credential.Id),
            Algorithm = algorithm,
            Expected = new ExpectedOutcome { Result = "ok" },
        };

        yield return common with
        {
            Id = $"generated/{attestation}{algorithm}/registration",
            Type = "registration",
            Format = attestation == SoftAttestation.SafetyNet ? "android-safetynet" : null,
            VerifyAt = GoodRegistration.Start,
            Challenge = Base64Url.EncodeToString(registration.State.Challenge.Span),
            ClientDataJson = (string)attested["response"]!["clientDataJSON"]!,
            AttestationObject = (string)attested["response"]!["attestationObject"]!,
            AuthenticatorAttachment = (string)attested["authenticatorAttachment"]!,
            ClientExtensionResults = JsonSerializer.SerializeToElement(attested["clientExtensionResults"]),
        };
        yield return common with
        {
            Id = $"generated/{attestation}{algorithm}/authentication",
            Type = "assertion",
            Challenge = Base64Url.EncodeToString(state.Challenge.Span),
            ClientDataJson = (string)asserted["response"]!["clientDataJSON"]!,
            AuthenticatorData = (string)asserted["response"]!["authenticatorData"]!,
            Signature = (string)asserted["response"]!["signature"]!,
            UserHandle = (string?)asserted["response"]!["userHandle"],
            PublicKeyCose = Base64Url.EncodeToString(credential.Key.CoseKey),
            SignCount = credential.SignCount,
            ClientExtensionResults = JsonSerializer.SerializeToElement(asserted["clientExtensionResults"]),
        };
    }
}
