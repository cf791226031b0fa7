using System.Buffers.Text;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2;

/// <summary>What the two kinds of request have in common: limits, and the words of the options.</summary>
internal static class RequestRules
{
    /// <summary>"Challenges … SHOULD therefore be at least 16 bytes long" (§13.5.3).</summary>
    internal const int ShortestChallenge = 16;

    internal const int ChallengeLength = 32;

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromMinutes(10);

    internal static string NewCeremonyId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    internal static void Check(RegistrationRequest request, EngineMode mode)
    {
        CheckUserHandle(request.UserHandle);
        CheckTimes(request.Timeout, request.Lifetime);
        if (request.Algorithms.Count == 0 || request.Algorithms.Any(algorithm => algorithm == CoseAlgorithm.None || !Enum.IsDefined(algorithm)))
        {
            throw new ArgumentException("Offer at least one algorithm, and only those of CoseAlgorithm.", nameof(request));
        }

        if (request.Algorithms.Any(algorithm => !AlgorithmTable.IsAllowed(algorithm, mode)))
        {
            throw new ArgumentException("RS1 is for conformance tests alone.", nameof(request));
        }

        if (request.IsConditional && request.Policy.UserVerification == UserVerificationRequirement.Required)
        {
            throw new ArgumentException(
                "Conditional create cannot require user verification: the client may create the credential without asking.", nameof(request));
        }
    }

    internal static void Check(AuthenticationRequest request)
    {
        if (request.UserHandle is { } handle)
        {
            CheckUserHandle(handle);
        }

        CheckTimes(request.Timeout, request.Lifetime);
    }

    internal static string OnTheWire(UserVerificationRequirement requirement) => requirement switch
    {
        UserVerificationRequirement.Preferred => "preferred",
        UserVerificationRequirement.Discouraged => "discouraged",
        _ => "required",
    };

    internal static string OnTheWire(ResidentKeyRequirement requirement) => requirement switch
    {
        ResidentKeyRequirement.Preferred => "preferred",
        ResidentKeyRequirement.Discouraged => "discouraged",
        _ => "required",
    };

    internal static string OnTheWire(AttestationConveyance conveyance) => conveyance switch
    {
        AttestationConveyance.Indirect => "indirect",
        AttestationConveyance.Direct => "direct",
        AttestationConveyance.Enterprise => "enterprise",
        _ => "none",
    };

    private static void CheckUserHandle(ReadOnlyMemory<byte> handle)
    {
        if (handle.Length is < 1 or > 64)
        {
            throw new ArgumentException("A user handle has 1 to 64 bytes (§5.4.3).", nameof(handle));
        }
    }

    private static void CheckTimes(TimeSpan timeout, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestLifetime);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
    }
}
