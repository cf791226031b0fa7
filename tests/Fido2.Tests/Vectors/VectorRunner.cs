using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Moi.Identity.Fido2.Tests.Vectors;

/// <summary>Maps a vector to the engine's public surface and runs it; what belongs to a store is played by hand.</summary>
internal static class VectorRunner
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null if the ceremony is accepted, else why it was refused.</summary>
    internal static WebAuthnFailure? Run(Vector vector)
    {
        var expect = vector.Expect ?? new Expectation();
        if (expect.ChallengeConsumed == true)
        {
            return WebAuthnFailure.Of(WebAuthnError.StateConsumed, CeremonyKind.Create);
        }

        return vector.Type == "registration" ? Register(vector, expect) : Authenticate(vector, expect);
    }

    private static WebAuthnFailure? Register(Vector vector, Expectation expect)
    {
        var registration = new Registration(MakeRelyingParty(vector, expect), Clock(expect));
        var state = new RegistrationState
        {
            Kind = expect.ChallengeCeremony == "get" ? CeremonyKind.Get : CeremonyKind.Create,
            Id = vector.Id,
            RelyingPartyId = vector.RpId,
            Challenge = Bytes(expect.Challenge ?? vector.Challenge),
            UserHandle = new byte[32],
            Policy = new RegistrationPolicy
            {
                UserVerification = expect.RequireUserVerification == true ? UserVerificationRequirement.Required : UserVerificationRequirement.Preferred,
                ResidentKey = expect.RequireResidentKey == true ? ResidentKeyRequirement.Required : ResidentKeyRequirement.Preferred,
                BackupEligibility = BackupEligibility.Any,
                Attestation = expect.VerifyTrust == true
                    ? AttestationAcceptance.Trusted
                    : expect.Attestation == "basic" ? AttestationAcceptance.Certified : AttestationAcceptance.Any,
            },
            Algorithms = expect.Algs ?? [.. Enum.GetValues<CoseAlgorithm>().Select(algorithm => (int)algorithm)],
            ExcludedCredentials = expect.ExcludeCredentials ?? [],
            IsConditional = expect.Mediation == "conditional",
            CreatedAt = Now,
            ExpiresAt = Now + TimeSpan.FromMinutes(5),
        };
        var json = Credential(vector, new JsonObject
        {
            ["clientDataJSON"] = vector.ClientDataJson,
            ["attestationObject"] = vector.AttestationObject,
        });
        var result = registration.Finish(state, json);
        if (!result.Succeeded)
        {
            return result.Failure;
        }

        // Step 26, the store's unique constraint.
        return expect.CredentialExists == true ? WebAuthnFailure.Of(WebAuthnError.CredentialExists, CeremonyKind.Create) : null;
    }

    private static WebAuthnFailure? Authenticate(Vector vector, Expectation expect)
    {
        var authentication = new Authentication(MakeRelyingParty(vector, expect), Clock(expect));
        var flags = Bytes(vector.AuthenticatorData!).ElementAtOrDefault(32);
        var owner = expect.StoredUserHandle is { } stored ? Bytes(stored)
            : expect.CredentialOwner is { } name ? Encoding.UTF8.GetBytes(name)
            : vector.UserHandle is { } claimed ? Bytes(claimed) : "owner"u8.ToArray();
        var identified = expect.Discoverable == true ? null : expect.IdentifiedUser is { } user ? Encoding.UTF8.GetBytes(user) : owner;
        var state = new AuthenticationState
        {
            Kind = expect.ChallengeCeremony == "create" ? CeremonyKind.Create : CeremonyKind.Get,
            Id = vector.Id,
            RelyingPartyId = vector.RpId,
            Challenge = Bytes(expect.Challenge ?? vector.Challenge),
            UserHandle = identified is null ? null : Base64Url.EncodeToString(identified),
            Policy = AuthenticationPolicy.Passkeys with
            {
                UserVerification = expect.RequireUserVerification == true ? UserVerificationRequirement.Required : UserVerificationRequirement.Preferred,
            },
            AllowedCredentials = expect.AllowCredentials ?? [],
            Extensions = expect.Appid is null ? null : new AuthenticationExtensionsClientInputs { Appid = expect.Appid },
            CreatedAt = Now,
            ExpiresAt = Now + TimeSpan.FromMinutes(5),
        };
        var response = new JsonObject
        {
            ["clientDataJSON"] = vector.ClientDataJson,
            ["authenticatorData"] = vector.AuthenticatorData,
            ["signature"] = vector.Signature,
        };
        if (vector.UserHandle is not null)
        {
            response["userHandle"] = vector.UserHandle;
        }

        var reading = authentication.Read(state, Credential(vector, response));
        if (!reading.Succeeded)
        {
            return reading.Failure;
        }

        var record = new CredentialRecord
        {
            Id = reading.Response.CredentialId,
            RelyingPartyId = vector.RpId,
            UserHandle = owner,
            PublicKey = Bytes(vector.PublicKeyCose!),
            SignCount = expect.StoredSignCount ?? 0,
            IsUserVerificationInitialized = false,
            IsBackupEligible = expect.StoredBackupEligible ?? (flags & 0x08) != 0,
            IsBackedUp = expect.StoredBackedUp ?? false,
            Status = expect.CredentialDisabled == true ? CredentialStatus.Revoked : CredentialStatus.Active,
        };
        var ownership = authentication.Own(reading.Response, expect.CredentialKnown == false ? null : record);
        return ownership.Succeeded ? authentication.Finish(ownership.Owned).Failure : ownership.Failure;
    }

    private static byte[] Credential(Vector vector, JsonObject response)
    {
        // A vector without a credential ID stands for any.
        var id = vector.CredentialId ?? Base64Url.EncodeToString(new byte[32]);
        var credential = new JsonObject { ["id"] = id, ["rawId"] = id, ["type"] = "public-key", ["response"] = response };
        if (vector.ClientExtensionResults is { ValueKind: JsonValueKind.Object } results)
        {
            credential["clientExtensionResults"] = JsonObject.Create(results);
        }

        return Encoding.UTF8.GetBytes(credential.ToJsonString());
    }

    private static RelyingParty MakeRelyingParty(Vector vector, Expectation expect)
    {
        // In the recorded files the vector's own crossOrigin and topOrigin are allowed; "expect" says otherwise where it does.
        var isRecorded = vector.Expect is null;
        var topOrigins = expect.TopOrigin is { } listed ? Texts(listed) : isRecorded && vector.TopOrigin is { } own ? [own] : [];
        var allowCrossOrigin = expect.AllowCrossOrigin ?? (isRecorded && (vector.CrossOrigin == true || topOrigins.Length > 0));
        return new RelyingParty(vector.RpId, "Vectors", Texts(expect.Origin ?? vector.Origin), allowCrossOrigin, allowCrossOrigin ? topOrigins : []);
    }

    private static FakeTimeProvider Clock(Expectation expect)
        => new(expect.ChallengeExpired == true ? Now + TimeSpan.FromMinutes(6) : Now);

    private static string[] Texts(JsonElement element)
        => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().Select(item => item.GetString()!)] : [element.GetString()!];

    private static byte[] Bytes(string base64Url) => Base64Url.DecodeFromChars(base64Url);
}
