using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Oidc.Devices;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>Whether a citizen may answer a device now, and what the answer does.</summary>
internal sealed class DeviceDecision(
    DeviceGrants devices, GrantStore grants, DeviceRequests requests, ClientCatalog clients, SqlDatabase sql, AuditContextFactory audit,
    IOptions<AssuranceOptions> assurance, TimeProvider time)
{
    /// <summary>
    /// RFC 8628 §5.4: a passkey is touched for this very code, whatever session there is, and it reaches the level of the service.
    /// </summary>
    internal AuthenticationDecision Authenticated(Client client, Session? session, SignInTransaction transaction)
        => AuthenticationPolicy.Decide(
            new OpenIddictRequest { Prompt = PromptValues.Login }, session, transaction.Outcome, client.Metadata.MinimumAcr,
            AssuranceLevels.Attainable(assurance.Value), time.GetUtcNow());

    /// <summary>The client of a request, if devices may still use it.</summary>
    internal Client? ClientOf(DeviceRequest request)
        => clients.Find(request.ClientId) is { } client && client.Metadata.GrantTypes.Contains(GrantTypes.DeviceCode) ? client : null;

    /// <summary>Answers the device. Transaction and code are used up by now.</summary>
    /// <returns>Whether the answer counts.</returns>
    internal async ValueTask<bool> AnswerAsync(
        string deviceCode, DeviceRequest request, SignInTransaction transaction, Session? session, bool approves, CancellationToken ct)
    {
        // SECURITY: T12. The session that answers is the one whose citizen touched a passkey for this code.
        if (session is null || ClientOf(request) is not { } client
            || Authenticated(client, session, transaction) is not AuthenticationDecision.Enough)
        {
            return false;
        }

        if (!approves)
        {
            await sql.AppendAsync(AuditEvents.DeviceRefused(audit.Create(), session, client.Id), ct);
            return await requests.TryAnswerAsync(deviceCode, read => read with { IsRefused = true }, ct);
        }

        if (await devices.EnterAsync(session, client, request.Scopes, ct) is not { } approval)
        {
            return false;
        }

        if (await requests.TryAnswerAsync(deviceCode, read => read with { Approval = approval }, ct))
        {
            return true;
        }

        await grants.RevokeAsync(approval.GrantId, "device-too-late", ct);
        return false;
    }
}
