using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Fido2.Vectors;

/// <summary>Maps a vector to the engine's public surface and runs it; what belongs to a store is played by one in memory.</summary>
internal sealed class VectorRunner(EngineMode mode, IReadOnlyDictionary<string, string>? anchors = null)
{
    private static readonly DateTimeOffset SomeDay = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Runs a vector; an exception that escapes is an outcome too, and always wrong.</summary>
    internal VectorOutcome Run(Vector vector)
    {
        var start = Stopwatch.GetTimestamp();
        WebAuthnFailure? failure;
        try
        {
            failure = Verify(vector);
        }
#pragma warning disable CA1031 // The one place where every exception is an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new VectorOutcome(vector.Id, VectorOutcome.Error, exception.GetType().Name, exception.Message, Micros(start));
        }

        return failure is null
            ? new VectorOutcome(vector.Id, VectorOutcome.Accept, "", "", Micros(start))
            : new VectorOutcome(vector.Id, VectorOutcome.Reject, failure.Code, $"{failure.Section} {failure.Step}".TrimEnd(), Micros(start));
    }

    /// <summary>Null if the ceremony is accepted, else why it was refused.</summary>
    internal WebAuthnFailure? Verify(Vector vector)
    {
        var expect = vector.Expect ?? new Expectation();
        ExpectationRules.Check(vector.Type, expect);
        if (expect.ChallengeConsumed == true)
        {
            // Spent: the store has no state to give any more.
            return WebAuthnFailure.Of(WebAuthnError.StateConsumed, vector.Type == "registration" ? CeremonyKind.Create : CeremonyKind.Get);
        }

        return vector.Type == "registration" ? Register(vector, expect) : Authenticate(vector, expect);
    }

    private WebAuthnFailure? Register(Vector vector, Expectation expect)
    {
        var clock = Clock(vector, expect);
        var registration = new Registration(MakeRelyingParty(vector, expect), clock, mode, Trust(vector, expect));
        var state = new RegistrationState
        {
            Kind = expect.ChallengeCeremony == "get" ? CeremonyKind.Get : CeremonyKind.Create,
            Id = vector.Id,
            RelyingPartyId = vector.RpId,
            Challenge = Bytes(expect.Challenge ?? vector.Challenge),
            UserHandle = new byte[32],
            Policy = Policy(vector, expect),
            Algorithms = expect.Algs ?? [.. Enum.GetValues<CoseAlgorithm>().Select(algorithm => (int)algorithm)],
            ExcludedCredentials = expect.ExcludeCredentials ?? [],
            AuthenticatorAttachment = expect.RequireAttachment,
            IsConditional = expect.Mediation == "conditional" || expect.RequireUserPresence == false,
            CreatedAt = clock.Started,
            ExpiresAt = clock.Started + Lifetime,
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

        // Step 26, the store's unique constraint: "not yet registered for any user", so that it does not matter whose it is.
        return (expect.CredentialExists ?? expect.CredentialKnown) == true ? WebAuthnFailure.Of(WebAuthnError.CredentialExists, CeremonyKind.Create) : null;
    }

    /// <summary>The vector's anchors, where it wants trust; elsewhere none, so that the statement alone decides.</summary>
    private AttestationTrustSource Trust(Vector vector, Expectation expect)
    {
        if (!DemandsTrust(expect))
        {
            return AttestationTrustSource.None;
        }

        var roots = expect.TrustAnchorsDer ?? (vector.TrustAnchors ?? []).Select(name
            => anchors?.GetValueOrDefault(name) ?? throw new NotSupportedException($"The file has no anchor {name}."));
        return new AttestationTrustSource(roots: roots.Select(der => new AttestationRoot(Bytes(der))));
    }

    private static bool DemandsTrust(Expectation expect) => expect.VerifyTrust ?? expect.TrustAnchorsDer is not null;

    private static RegistrationPolicy Policy(Vector vector, Expectation expect) => new()
    {
        UserVerification = expect.RequireUserVerification == true ? UserVerificationRequirement.Required : UserVerificationRequirement.Preferred,
        ResidentKey = expect.RequireResidentKey == true ? ResidentKeyRequirement.Required : ResidentKeyRequirement.Preferred,
        BackupEligibility = BackupEligibility.Any,
        AndroidKeyScope = expect.RequireTee == true ? AndroidKeyScope.TeeOnly : AndroidKeyScope.Union,
        AllowAndroidSafetyNet = vector.Format == "android-safetynet",
        AllowTpmSha1 = true,
        AllowUnknownTpmManufacturers = true,
        UnknownModels = UnknownModels.Accept,
        Certification = CertificationRequirement.None,
        Attestation = DemandsTrust(expect)
            ? AttestationAcceptance.Trusted
            : expect.Attestation == "basic" ? AttestationAcceptance.Certified : AttestationAcceptance.Any,
    };

    private WebAuthnFailure? Authenticate(Vector vector, Expectation expect)
    {
        var clock = Clock(vector, expect);
        var authentication = new Authentication(MakeRelyingParty(vector, expect), clock, mode: mode);
        var accounts = Accounts.Of(vector, expect);
        var state = new AuthenticationState
        {
            Kind = expect.ChallengeCeremony == "create" ? CeremonyKind.Create : CeremonyKind.Get,
            Id = vector.Id,
            RelyingPartyId = vector.RpId,
            Challenge = Bytes(expect.Challenge ?? vector.Challenge),
            UserHandle = accounts.Identified is null ? null : Base64Url.EncodeToString(accounts.Identified),
            Policy = AuthenticationPolicy.Passkeys with
            {
                UserVerification = expect.RequireUserVerification == true ? UserVerificationRequirement.Required : UserVerificationRequirement.Preferred,
            },
            AllowedCredentials = expect.AllowCredentials ?? [],
            Extensions = expect.Appid is null ? null : new AuthenticationExtensionsClientInputs { Appid = expect.Appid },
            CreatedAt = clock.Started,
            ExpiresAt = clock.Started + Lifetime,
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

        var store = new Dictionary<string, CredentialRecord>(StringComparer.Ordinal);
        if ((expect.CredentialKnown ?? expect.CredentialExists) != false)
        {
            store.Add(Base64Url.EncodeToString(reading.Response.CredentialId.Span), Record(vector, expect, reading.Response.CredentialId, accounts.Owner));
        }

        var record = store.GetValueOrDefault(Base64Url.EncodeToString(reading.Response.CredentialId.Span));
        var ownership = authentication.Own(reading.Response, record);
        return ownership.Succeeded ? authentication.Finish(ownership.Owned).Failure : ownership.Failure;
    }

    private static CredentialRecord Record(Vector vector, Expectation expect, ReadOnlyMemory<byte> id, byte[] owner)
    {
        const int FlagsAt = 32;
        const byte BackupEligible = 0x08;
        var data = Base64Url.IsValid(vector.AuthenticatorData) ? Bytes(vector.AuthenticatorData!) : [];
        return new CredentialRecord
        {
            Id = id,
            RelyingPartyId = vector.RpId,
            UserHandle = owner,
            PublicKey = Bytes(vector.PublicKeyCose!),
            SignCount = expect.StoredSignCount ?? 0,
            IsUserVerificationInitialized = false,
            IsBackupEligible = expect.StoredBackupEligible ?? (data.ElementAtOrDefault(FlagsAt) & BackupEligible) != 0,
            IsBackedUp = expect.StoredBackedUp ?? false,
            Status = expect.CredentialDisabled == true ? CredentialStatus.Revoked : CredentialStatus.Active,
        };
    }

    private static byte[] Credential(Vector vector, JsonObject response)
    {
        // A vector without a credential ID stands for any.
        var id = vector.CredentialId ?? Base64Url.EncodeToString(new byte[32]);
        var credential = new JsonObject { ["id"] = id, ["rawId"] = id, ["type"] = "public-key", ["response"] = response };
        if (vector.AuthenticatorAttachment is { } attachment)
        {
            credential["authenticatorAttachment"] = attachment;
        }

        if (vector.ClientExtensionResults is { ValueKind: JsonValueKind.Object } results)
        {
            credential["clientExtensionResults"] = JsonObject.Create(results);
        }

        return Encoding.UTF8.GetBytes(credential.ToJsonString());
    }

    private static RelyingParty MakeRelyingParty(Vector vector, Expectation expect)
    {
        // In the recorded files the vector's own crossOrigin and topOrigin are allowed; "expect" says otherwise where it does. Whoever
        // names a top-level origin means to be framed by it.
        var isRecorded = vector.Expect is null;
        var topOrigins = expect.TopOrigin is { } listed ? Texts(listed) : isRecorded && vector.TopOrigin is { } own ? [own] : [];
        var allowCrossOrigin = expect.AllowCrossOrigin ?? (topOrigins.Length > 0 || (isRecorded && vector.CrossOrigin == true));
        return new RelyingParty(vector.RpId, "Vectors", Texts(expect.Origin ?? vector.Origin), allowCrossOrigin, allowCrossOrigin ? topOrigins : []);
    }

    private static FixedClock Clock(Vector vector, Expectation expect)
    {
        var started = vector.VerifyAt ?? SomeDay;
        return new FixedClock(started, expect.ChallengeExpired == true ? started + Lifetime + TimeSpan.FromMinutes(1) : started);
    }

    private static string[] Texts(JsonElement element)
        => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().Select(item => item.GetString()!)] : [element.GetString()!];

    private static byte[] Bytes(string base64Url) => Base64Url.DecodeFromChars(base64Url);

    private static long Micros(long start) => (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds;

    private sealed class FixedClock(DateTimeOffset started, DateTimeOffset now) : TimeProvider
    {
        internal DateTimeOffset Started => started;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
