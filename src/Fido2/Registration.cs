using System.Buffers.Text;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Procedures;

namespace Moi.Identity.Fido2;

/// <summary>Registers credentials: WebAuthn Level 3 §7.1. Thread-safe; one instance for the process.</summary>
/// <example>
/// <code>
/// var ceremony = registration.Start(new RegistrationRequest { UserHandle = handle, UserName = "Home", UserDisplayName = "Home", Policy = RegistrationPolicy.Passkeys });
/// // keep ceremony.State on the server, send ceremony.Options.ToJson() to the browser; then, with the state TAKEN out of its store:
/// var result = registration.Finish(state, responseJson);
/// if (!result.Succeeded) { /* log result.Failure; the peer learns nothing */ }
/// </code>
/// </example>
public sealed class Registration
{
    private readonly RelyingParty _relyingParty;
    private readonly TimeProvider _time;
    private readonly EngineMode _mode;
    private readonly AttestationTrustSource _trust;

    /// <summary>Makes the registration side of a relying party.</summary>
    /// <param name="relyingParty">Who we are.</param>
    /// <param name="time">The clock that ceremonies expire by.</param>
    /// <param name="mode">Which text decides in the few places named at <see cref="EngineMode"/>.</param>
    /// <param name="trust">Where trust anchors come from; null for <see cref="AttestationTrustSource.None"/>.</param>
    public Registration(
        RelyingParty relyingParty, TimeProvider time, EngineMode mode = EngineMode.Specification, AttestationTrustSource? trust = null)
    {
        ArgumentNullException.ThrowIfNull(relyingParty);
        ArgumentNullException.ThrowIfNull(time);
        (_relyingParty, _time, _mode, _trust) = (relyingParty, time, mode, trust ?? AttestationTrustSource.None);
    }

    /// <summary>Steps 1 and 2: the options for <c>navigator.credentials.create()</c>, and the state to keep.</summary>
    /// <param name="request">What is wanted.</param>
    /// <exception cref="ArgumentException">The request contradicts itself or a limit of the specification.</exception>
    public RegistrationCeremony Start(RegistrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request, _mode);
        var now = _time.GetUtcNow();
        var challenge = RandomNumberGenerator.GetBytes(RequestRules.ChallengeLength);
        var options = new PublicKeyCredentialCreationOptions
        {
            Rp = new PublicKeyCredentialRpEntity { Id = _relyingParty.Id, Name = _relyingParty.Name },
            User = new PublicKeyCredentialUserEntity { Id = request.UserHandle, Name = request.UserName, DisplayName = request.UserDisplayName },
            Challenge = challenge,
            PubKeyCredParams = [.. request.Algorithms.Select(algorithm => new PublicKeyCredentialParameters { Alg = (int)algorithm })],
            Timeout = (uint)request.Timeout.TotalMilliseconds,
            ExcludeCredentials = request.ExcludeCredentials,
            AuthenticatorSelection = new AuthenticatorSelectionCriteria
            {
                AuthenticatorAttachment = request.AuthenticatorAttachment,
                ResidentKey = RequestRules.OnTheWire(request.Policy.ResidentKey),
                RequireResidentKey = request.Policy.ResidentKey == ResidentKeyRequirement.Required,
                UserVerification = RequestRules.OnTheWire(request.Policy.UserVerification),
            },
            Hints = request.Hints,
            Attestation = RequestRules.OnTheWire(request.Attestation),
            AttestationFormats = request.AttestationFormats,
            Extensions = request.Extensions,
        };
        var state = new RegistrationState
        {
            Kind = CeremonyKind.Create,
            Id = RequestRules.NewCeremonyId(),
            RelyingPartyId = _relyingParty.Id,
            Challenge = challenge,
            UserHandle = request.UserHandle,
            Policy = request.Policy,
            Algorithms = [.. request.Algorithms.Select(algorithm => (int)algorithm)],
            ExcludedCredentials = [.. request.ExcludeCredentials.Select(excluded => Base64Url.EncodeToString(excluded.Id.Span))],
            Attestation = request.Attestation,
            AuthenticatorAttachment = request.AuthenticatorAttachment,
            IsConditional = request.IsConditional,
            Extensions = request.Extensions,
            CreatedAt = now,
            ExpiresAt = now + request.Lifetime,
        };
        return new RegistrationCeremony(options, state);
    }

    /// <summary>Steps 3 to 28: verifies the response.</summary>
    /// <param name="state">The state of the ceremony, already taken out of its store.</param>
    /// <param name="responseJson">The credential's <c>toJSON()</c> as it was received, in UTF-8.</param>
    /// <returns>The credential to store, or why there is none. Nothing that was received makes this throw.</returns>
    public RegistrationResult Finish(RegistrationState state, ReadOnlyMemory<byte> responseJson)
    {
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            var now = _time.GetUtcNow();
            CeremonyRules.Check(state, _relyingParty, now);
            return new RegistrationResult(RegistrationProcedure.Run(state, responseJson.Span, _relyingParty, _mode, _trust, now));
        }
        catch (WebAuthnException refusal)
        {
            return new RegistrationResult(WebAuthnFailure.Of(refusal.Error, CeremonyKind.Create, refusal.Message));
        }
    }
}
