using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Procedures;

namespace Moi.Identity.Fido2;

/// <summary>Authenticates with credentials: WebAuthn Level 3 §7.2. Thread-safe; one instance for the process.</summary>
/// <remarks>Four steps, each needing what the one before returns:
/// <list type="number">
/// <item><see cref="Start"/>: options for the browser, state to keep.</item>
/// <item><see cref="Read"/>: the response, with the state taken out of its store.</item>
/// <item>The caller looks up the record by RP ID and credential ID; <see cref="Own"/> proves whose it is.</item>
/// <item><see cref="Finish"/>: verifies. The caller then stores <see cref="AuthenticationSuccess.Credential"/> with one
/// compare-and-set on the counter.</item>
/// </list></remarks>
/// <example>
/// <code>
/// var reading = authentication.Read(state, responseJson);
/// if (!reading.Succeeded) { return Refuse(reading.Failure); }
/// var record = await credentials.FindAsync(reading.Response.RelyingPartyId, reading.Response.CredentialId, ct);
/// var ownership = authentication.Own(reading.Response, record);   // record may be null
/// if (!ownership.Succeeded) { return Refuse(ownership.Failure); }
/// var result = authentication.Finish(ownership.Owned);
/// if (!result.Succeeded) { return Refuse(result.Failure); }
/// await credentials.UpdateAsync(result.Success.Before, result.Success.Credential, ct);
/// </code>
/// </example>
public sealed class Authentication
{
    private readonly RelyingParty _relyingParty;
    private readonly TimeProvider _time;
    private readonly PublicKeyCache _keys;
    private readonly EngineMode _mode;

    /// <summary>Makes the authentication side of a relying party.</summary>
    /// <param name="relyingParty">Who we are.</param>
    /// <param name="time">The clock that ceremonies expire by.</param>
    /// <param name="keys">Imported keys; null for a cache of its own.</param>
    /// <param name="mode">Which text decides in the few places named at <see cref="EngineMode"/>.</param>
    public Authentication(
        RelyingParty relyingParty, TimeProvider time, PublicKeyCache? keys = null, EngineMode mode = EngineMode.Specification)
    {
        ArgumentNullException.ThrowIfNull(relyingParty);
        ArgumentNullException.ThrowIfNull(time);
        (_relyingParty, _time, _keys, _mode) = (relyingParty, time, keys ?? new PublicKeyCache(), mode);
    }

    /// <summary>Steps 1 and 2: the options for <c>navigator.credentials.get()</c>, and the state to keep.</summary>
    /// <param name="request">What is wanted.</param>
    /// <exception cref="ArgumentException">The request contradicts a limit of the specification.</exception>
    public AuthenticationCeremony Start(AuthenticationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);
        var now = _time.GetUtcNow();
        var challenge = RandomNumberGenerator.GetBytes(RequestRules.ChallengeLength);
        var options = new PublicKeyCredentialRequestOptions
        {
            Challenge = challenge,
            Timeout = (uint)request.Timeout.TotalMilliseconds,
            RpId = _relyingParty.Id,
            AllowCredentials = request.AllowCredentials,
            UserVerification = RequestRules.OnTheWire(request.Policy.UserVerification),
            Hints = request.Hints,
            Extensions = request.Extensions,
        };
        var state = new AuthenticationState
        {
            Kind = CeremonyKind.Get,
            Id = RequestRules.NewCeremonyId(),
            RelyingPartyId = _relyingParty.Id,
            Challenge = challenge,
            UserHandle = request.UserHandle is { } handle ? Base64Url.EncodeToString(handle.Span) : null,
            Policy = request.Policy,
            AllowedCredentials = [.. request.AllowCredentials.Select(allowed => Base64Url.EncodeToString(allowed.Id.Span))],
            Extensions = request.Extensions,
            CreatedAt = now,
            ExpiresAt = now + request.Lifetime,
        };
        return new AuthenticationCeremony(options, state);
    }

    /// <summary>Steps 3 to 5: reads the response, so that its credential can be looked up.</summary>
    /// <param name="state">The state of the ceremony, already taken out of its store.</param>
    /// <param name="responseJson">The credential's <c>toJSON()</c> as it was received, in UTF-8.</param>
    /// <returns>The response, unverified, or why it was refused. Nothing that was received makes this throw.</returns>
    public AuthenticationReading Read(AuthenticationState state, ReadOnlyMemory<byte> responseJson)
    {
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            CeremonyRules.Check(state, _relyingParty, _time.GetUtcNow());
            return new AuthenticationReading(AuthenticationProcedure.Read(state, responseJson.Span));
        }
        catch (WebAuthnException refusal)
        {
            return new AuthenticationReading(WebAuthnFailure.Of(refusal.Error, CeremonyKind.Get, refusal.Message));
        }
    }

    /// <summary>Step 6: whose credential this is.</summary>
    /// <remarks>If the account was identified at <see cref="Start"/>, the record must be that account's, and a user handle
    /// in the response must be its handle. If not, the response must carry the handle of the record's owner.</remarks>
    /// <param name="response">What <see cref="Read"/> returned.</param>
    /// <param name="record">The record stored under the response's RP ID and credential ID; null if there is none.</param>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "One of four steps of one object.")]
    public OwnershipResult Own(AuthenticationResponse response, CredentialRecord? record)
    {
        ArgumentNullException.ThrowIfNull(response);
        try
        {
            return new OwnershipResult(AuthenticationProcedure.Own(response, record));
        }
        catch (WebAuthnException refusal)
        {
            return new OwnershipResult(WebAuthnFailure.Of(refusal.Error, CeremonyKind.Get, refusal.Message));
        }
    }

    /// <summary>Steps 7 to 24: verifies the assertion.</summary>
    /// <param name="owned">What <see cref="Own"/> returned.</param>
    /// <returns>What was proven and what to store, or why it was refused. Nothing that was received makes this throw.</returns>
    public AuthenticationResult Finish(OwnedCredential owned)
    {
        ArgumentNullException.ThrowIfNull(owned);
        try
        {
            // Time passes between reading and finishing, and the response may have been read for another relying party.
            var now = _time.GetUtcNow();
            CeremonyRules.Check(owned.Response.State, _relyingParty, now);
            return new AuthenticationResult(AuthenticationProcedure.Verify(owned, _relyingParty, _keys, _mode, now));
        }
        catch (WebAuthnException refusal)
        {
            return new AuthenticationResult(WebAuthnFailure.Of(refusal.Error, CeremonyKind.Get, refusal.Message));
        }
    }
}
