using System.Globalization;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Audit;

/// <summary>
/// The catalogue: one method an event. The event is stored in the transaction of what it records; where the act's
/// state lives in the short-lived store, nobody can use that state before the event is written, and without it the act does not happen.
/// </summary>
internal static class AuditEvents
{
    /// <summary><c>citizen.signed_up</c>: an account and its first passkey were created. Details: <c>credential</c>.</summary>
    internal static AuditEvent CitizenSignedUp(AuditContext context, Guid citizenId, Guid credentialId)
        => New(context, "citizen.signed_up", citizenId, details: new() { ["credential"] = credentialId.ToString() });

    /// <summary>
    /// <c>citizen.suspended</c>: a citizen may not sign in any more. Details: <c>reason</c>, if one was given: <c>hijacking</c> or
    /// <c>bulk-account</c>.
    /// </summary>
    internal static AuditEvent CitizenSuspended(AuditContext context, Guid citizenId, string? reason)
        => New(context, "citizen.suspended", citizenId, details: reason is null ? null : new() { ["reason"] = reason });

    /// <summary><c>citizen.reinstated</c>: a suspended citizen may sign in again.</summary>
    internal static AuditEvent CitizenReinstated(AuditContext context, Guid citizenId) => New(context, "citizen.reinstated", citizenId);

    /// <summary>
    /// <c>activity.disowned</c>: a citizen said of an event that somebody else did it; all other sessions ended. Details:
    /// <c>event</c>, its id, and <c>what</c>, its name.
    /// </summary>
    internal static AuditEvent ActivityDisowned(AuditContext context, Session session, AuditEvent disowned)
        => New(context, "activity.disowned", session.CitizenId, disowned.ClientId, session.Sid,
            new() { ["event"] = disowned.Id.ToString(), ["what"] = disowned.Name });

    /// <summary><c>passkey.registered</c>: a further passkey was added. Details: <c>credential</c>.</summary>
    internal static AuditEvent PasskeyRegistered(AuditContext context, Session session, Guid credentialId)
        => New(context, "passkey.registered", session.CitizenId, sid: session.Sid,
            details: new() { ["credential"] = credentialId.ToString() });

    /// <summary><c>passkey.renamed</c>: a passkey got another name. Details: <c>credential</c>.</summary>
    internal static AuditEvent PasskeyRenamed(AuditContext context, Session session, Guid credentialId)
        => New(context, "passkey.renamed", session.CitizenId, sid: session.Sid,
            details: new() { ["credential"] = credentialId.ToString() });

    /// <summary><c>passkey.removed</c>: a passkey can no longer be used. Details: <c>credential</c>, <c>name</c>.</summary>
    internal static AuditEvent PasskeyRemoved(AuditContext context, Session session, Guid credentialId, string name)
        => New(context, "passkey.removed", session.CitizenId, sid: session.Sid,
            details: new() { ["credential"] = credentialId.ToString(), ["name"] = name });

    /// <summary>
    /// <c>passkey.refused</c>: a ceremony failed in a way that concerns a known citizen. Details: <c>credential</c>
    /// and <c>code</c>, the stable code of the engine.
    /// </summary>
    internal static AuditEvent PasskeyRefused(AuditContext context, Guid citizenId, Guid credentialId, string code)
        => New(context, "passkey.refused", citizenId,
            details: new() { ["credential"] = credentialId.ToString(), ["code"] = code });

    /// <summary>
    /// <c>passkey.model_changed</c>: the FIDO metadata say something new of a passkey's model. Details: <c>credential</c>,
    /// <c>aaguid</c>, <c>number</c> of the metadata, <c>reason</c> (how the model stands: <c>Good</c>, <c>Compromised</c>,
    /// <c>RootWithdrawn</c>, <c>Unknown</c>), <c>certification</c> and <c>statuses</c>.
    /// </summary>
    internal static AuditEvent PasskeyModelChanged(
        AuditContext context, Guid citizenId, Guid credentialId, Guid aaguid, long number, string standing, string certification,
        string statuses)
        => New(context, "passkey.model_changed", citizenId, details: new()
        {
            ["credential"] = credentialId.ToString(),
            ["aaguid"] = aaguid.ToString(),
            ["number"] = number,
            ["reason"] = standing,
            ["certification"] = certification,
            ["statuses"] = statuses,
        });

    /// <summary>
    /// <c>session.started</c>: a citizen signed in with a passkey. Details: <c>credential</c>, <c>acr</c>.
    /// </summary>
    internal static AuditEvent SessionStarted(AuditContext context, NewSession session)
        => New(context, "session.started", session.CitizenId, sid: session.Sid,
            details: new() { ["credential"] = session.CredentialId.ToString(), ["acr"] = session.Acr });

    /// <summary>
    /// <c>session.confirmed</c>: the signed-in citizen proved once more who is there, for a sensitive act, because a service
    /// asked, or in a second tab. Details: <c>credential</c>, <c>purpose</c>.
    /// </summary>
    internal static AuditEvent SessionConfirmed(AuditContext context, Session session, Guid credentialId, string purpose)
        => New(context, "session.confirmed", session.CitizenId, sid: session.Sid,
            details: new() { ["credential"] = credentialId.ToString(), ["purpose"] = purpose });

    /// <summary><c>session.ended</c>: a session ended. Details: <c>reason</c>.</summary>
    internal static AuditEvent SessionEnded(AuditContext context, Session session, SessionEndReason reason)
        => New(context, "session.ended", session.CitizenId, sid: session.Sid,
            details: new() { ["reason"] = reason.ToString() });

    /// <summary><c>administrator.invited</c>: a one-time link to become administrator was made on the server.</summary>
    internal static AuditEvent AdministratorInvited(AuditContext context) => New(context, "administrator.invited");

    /// <summary><c>administrator.enrolled</c>: a citizen became administrator by such a link.</summary>
    internal static AuditEvent AdministratorEnrolled(AuditContext context, Guid citizenId)
        => New(context, "administrator.enrolled", citizenId);

    /// <summary>
    /// <c>service.entered</c>: a citizen entered an agency's service and a code was issued. Details: <c>scopes</c>,
    /// <c>acr</c>.
    /// </summary>
    internal static AuditEvent ServiceEntered(AuditContext context, Session session, string clientId, string scopes)
        => New(context, "service.entered", session.CitizenId, clientId, session.Sid,
            new() { ["scopes"] = scopes, ["acr"] = session.Acr });

    /// <summary>
    /// <c>token.exchanged</c>: a service got a token for another service, to act there for a citizen. Details: <c>target</c>,
    /// the other service's client, and <c>scopes</c>.
    /// </summary>
    internal static AuditEvent TokenExchanged(
        AuditContext context, Guid citizenId, string clientId, string sid, string target, string scopes)
        => New(context, "token.exchanged", citizenId, clientId, sid, new() { ["target"] = target, ["scopes"] = scopes });

    /// <summary>
    /// <c>device.connected</c>: a citizen let a device without a browser act for them at a service. Details: <c>scopes</c>,
    /// <c>acr</c>.
    /// </summary>
    internal static AuditEvent DeviceConnected(
        AuditContext context, Session session, string clientId, string sid, string scopes, string acr)
        => New(context, "device.connected", session.CitizenId, clientId, sid, new() { ["scopes"] = scopes, ["acr"] = acr });

    /// <summary><c>device.refused</c>: a citizen refused a device that asked to act for them.</summary>
    internal static AuditEvent DeviceRefused(AuditContext context, Session session, string clientId)
        => New(context, "device.refused", session.CitizenId, clientId, session.Sid);

    /// <summary><c>device.disconnected</c>: a citizen ended what a device may do; its tokens ended.</summary>
    internal static AuditEvent DeviceDisconnected(AuditContext context, Session session, string clientId, string sid)
        => New(context, "device.disconnected", session.CitizenId, clientId, sid);

    /// <summary><c>consent.granted</c>: a citizen agreed to what a service receives. Details: <c>released</c>.</summary>
    internal static AuditEvent ConsentGranted(AuditContext context, Session session, string clientId, string released)
        => New(context, "consent.granted", session.CitizenId, clientId, session.Sid, new() { ["released"] = released });

    /// <summary><c>consent.declined</c>: a citizen refused what a service asked for.</summary>
    internal static AuditEvent ConsentDeclined(AuditContext context, Session session, string clientId)
        => New(context, "consent.declined", session.CitizenId, clientId, session.Sid);

    /// <summary><c>consent.withdrawn</c>: a citizen disconnected a service; its tokens ended.</summary>
    internal static AuditEvent ConsentWithdrawn(AuditContext context, Guid citizenId, string clientId, string? sid)
        => New(context, "consent.withdrawn", citizenId, clientId, sid);

    /// <summary>
    /// <c>grant.revoked</c>: the tokens of a service were ended. Details: <c>reason</c>: <c>signed-out-elsewhere</c>, the citizen signed
    /// out everywhere else when the session in which it was entered was over; <c>revoked-by-client</c>, the service asked for it;
    /// <c>device-too-late</c>, the citizen let a device in whose code had expired meanwhile; otherwise what was wrong.
    /// </summary>
    internal static AuditEvent GrantRevoked(AuditContext context, Guid? citizenId, string? clientId, string? sid, string reason)
        => New(context, "grant.revoked", citizenId, clientId, sid, new() { ["reason"] = reason });

    /// <summary>
    /// <c>notice.undelivered</c>: a service could not be told of something, in all attempts. Details: <c>kind</c>, <c>logout</c> or
    /// the name of a security event.
    /// </summary>
    internal static AuditEvent NoticeUndelivered(AuditContext context, string clientId, string? sid, string kind)
        => New(context, "notice.undelivered", clientId: clientId, sid: sid, details: new() { ["kind"] = kind });

    /// <summary>
    /// <c>client.applied</c>: an agency's registration was made or changed. Details: <c>version</c>, 1 for a new one; <c>changes</c>,
    /// each member that is other than before with <c>from</c> and <c>to</c> (one is missing where the member is new or gone);
    /// <c>secret</c>, if it was <c>made</c> or <c>dropped</c>; <c>token</c>, if developers did it themselves: the fingerprint of the
    /// initial access token for a new one, of the registration's own token afterwards.
    /// </summary>
    internal static AuditEvent ClientApplied(
        AuditContext context, string clientId, long version, JsonObject changes, string? secret, string? token)
    {
        var details = new JsonObject { ["version"] = version, ["changes"] = changes };
        if (secret is not null)
        {
            details["secret"] = secret;
        }

        if (token is not null)
        {
            details["token"] = token;
        }

        return New(context, "client.applied", clientId: clientId, details: details);
    }

    /// <summary>
    /// <c>client.removed</c>: an agency's registration was removed. Details: <c>token</c>, if developers did it themselves: the
    /// fingerprint of the registration's own token.
    /// </summary>
    internal static AuditEvent ClientRemoved(AuditContext context, string clientId, string? token)
        => New(context, "client.removed", clientId: clientId, details: token is null ? null : new() { ["token"] = token });

    /// <summary>
    /// <c>registration.token_issued</c>: the developers of an agency may register clients of the sandbox. Details: <c>agency</c> and
    /// <c>token</c>, the fingerprint of the initial access token.
    /// </summary>
    internal static AuditEvent RegistrationTokenIssued(AuditContext context, string agency, string token)
        => New(context, "registration.token_issued", details: new() { ["agency"] = agency, ["token"] = token });

    /// <summary><c>registration.tokens_revoked</c>: they no longer may. Details: <c>agency</c>.</summary>
    internal static AuditEvent RegistrationTokensRevoked(AuditContext context, string agency)
        => New(context, "registration.tokens_revoked", details: new() { ["agency"] = agency });

    /// <summary>
    /// <c>key.announced</c>: a signing key was made and is published. It signs from <c>activates_at</c>, and the key before it
    /// stops then: that happens by the clock and is no event of its own. Details: <c>kid</c>, <c>alg</c>, <c>activates_at</c> and
    /// <c>reason</c>: <c>first</c>, <c>schedule</c>, <c>command</c> or <c>revocation</c>.
    /// </summary>
    internal static AuditEvent SigningKeyAnnounced(
        AuditContext context, string kid, string alg, DateTimeOffset activatesAt, string reason)
        => New(context, "key.announced", details: new()
        {
            ["kid"] = kid,
            ["alg"] = alg,
            ["activates_at"] = activatesAt,
            ["reason"] = reason,
        });

    /// <summary>
    /// <c>key.activated</c>: an announced signing key signs from now on, earlier than was announced. Details: <c>kid</c>,
    /// <c>alg</c> and <c>reason</c>: <c>command</c> or <c>revocation</c>.
    /// </summary>
    internal static AuditEvent SigningKeyActivated(AuditContext context, string kid, string alg, string reason)
        => New(context, "key.activated", details: new() { ["kid"] = kid, ["alg"] = alg, ["reason"] = reason });

    /// <summary>
    /// <c>key.retired</c>: a signing key that was replaced is no longer published, and its private part was removed. Details:
    /// <c>kid</c>, <c>alg</c>.
    /// </summary>
    internal static AuditEvent SigningKeyRetired(AuditContext context, string kid, string alg)
        => New(context, "key.retired", details: new() { ["kid"] = kid, ["alg"] = alg });

    /// <summary>
    /// <c>key.revoked</c>: an operator took a signing key out of the key set, and it was removed. Details: <c>kid</c>, <c>alg</c>.
    /// </summary>
    internal static AuditEvent SigningKeyRevoked(AuditContext context, string kid, string alg)
        => New(context, "key.revoked", details: new() { ["kid"] = kid, ["alg"] = alg });

    /// <summary>
    /// <c>keyring.rewrapped</c>: the key ring was encrypted with another certificate. Details: <c>keys</c>, how many, and
    /// <c>certificate</c>, its thumbprint.
    /// </summary>
    internal static AuditEvent KeyRingRewrapped(AuditContext context, int keys, string certificate)
        => New(context, "keyring.rewrapped", details: new() { ["keys"] = keys, ["certificate"] = certificate });

    /// <summary>
    /// <c>metadata.stored</c>: FIDO metadata were verified and are in use, downloaded or from a file. Details: <c>number</c>,
    /// <c>next_update</c> and <c>digest</c>, the SHA-256 of the BLOB.
    /// </summary>
    internal static AuditEvent MetadataStored(AuditContext context, long number, DateOnly nextUpdate, string digest)
        => New(context, "metadata.stored", details: new()
        {
            ["number"] = number,
            ["next_update"] = nextUpdate.ToString("O", CultureInfo.InvariantCulture),
            ["digest"] = digest,
        });

    internal static AuditEvent New(
        AuditContext context, string name, Guid? citizenId = null, string? clientId = null, string? sid = null,
        JsonObject? details = null)
        => new()
        {
            Id = Guid.CreateVersion7(context.At),
            At = context.At,
            Name = name,
            CitizenId = citizenId,
            ClientId = clientId,
            Sid = sid,
            Device = context.Device,
            TraceId = context.TraceId,
            Details = DetailsOf(context, details)?.ToJsonString() ?? "{}",
        };

    private static JsonObject? DetailsOf(AuditContext context, JsonObject? details)
    {
        if (context.Operator is { } who)
        {
            details ??= [];
            details["operator"] = who;
        }

        return details;
    }
}
