using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web.Limits;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>RFC 8628 §3.4, §3.5: a device asks whether the citizen has answered.</summary>
internal sealed partial class RedeemDeviceCode(
    Records<DeviceRequest> requests, GrantStore grants, Audiences audiences, TimeProvider time, ILogger<RedeemDeviceCode> logger)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    private const int SlowDownBy = 5;

    /// <summary>The way here takes not the same time every time.</summary>
    private static readonly TimeSpan Forgiven = TimeSpan.FromSeconds(1);

    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (!context.Request.IsDeviceCodeGrantType())
        {
            return;
        }

        var (code, ct) = (context.Request.DeviceCode!, context.CancellationToken);
        if (await requests.GetAsync(code, ct) is not { } read)
        {
            context.Refuse(GrantRefusals.DeviceCode);
            return;
        }

        var request = read.Value;
        if (request.ClientId != context.ClientId)
        {
            await EndLeakedAsync(context, code);
            return;
        }

        if (request.IsRefused)
        {
            context.Refuse(RequestRefusals.Declined);
            return;
        }

        // Who approved in time is not told later that it was for nothing: the device gets it at its next poll.
        if (request.Approval is null && request.IsOver(time.GetUtcNow()))
        {
            context.Refuse(GrantRefusals.DeviceCodeExpired);
            return;
        }

        if (request.Approval is null)
        {
            await WaitAsync(context, code, read);
            return;
        }

        // SECURITY: taken before anything more is checked; of any number of polls at once exactly one gets it.
        if (await requests.TakeAsync(code, ct) is not { Approval: { } approval })
        {
            context.Refuse(GrantRefusals.DeviceCode);
            return;
        }

        // T11: the scopes are those that the citizen saw; the engine refuses a request that names others.
        context.DeviceCodePrincipal = approval.Citizen.ToPrincipal(
            request.Scopes, audiences.Of(request.Resources ?? [], request.Scopes, []), approval.GrantId);
        context.DeviceCodePrincipal.SetPresenters(request.ClientId);
    }

    private async ValueTask WaitAsync(ValidateTokenRequestContext context, string code, Stored<DeviceRequest> read)
    {
        var (request, now) = (read.Value, time.GetUtcNow());
        var isEarly = now < request.PolledAt + TimeSpan.FromSeconds(request.Interval) - Forgiven;
        var polled = request with { PolledAt = now, Interval = request.Interval + (isEarly ? SlowDownBy : 0) };

        // Whoever polls twice at once polls too early; an answer that came in between is told at the next poll.
        var isAlone = await requests.TryReplaceAsync(code, read, polled, context.CancellationToken);
        LimitRequests.IsNoRefusal(context.Transaction.GetHttpRequest()!.HttpContext);
        if (isEarly || !isAlone)
        {
            context.Refuse(GrantRefusals.SlowDown.With(polled.Interval));
        }
        else
        {
            context.Refuse(GrantRefusals.Pending);
        }
    }

    /// <summary>A device code in the hands of another client has leaked: nobody gets anything for it.</summary>
    private async ValueTask EndLeakedAsync(ValidateTokenRequestContext context, string code)
    {
        if (await requests.TakeAsync(code, context.CancellationToken) is { } leaked)
        {
            LogLeaked(logger, context.ClientId, leaked.ClientId);
            if (leaked.Approval is { GrantId: var grantId })
            {
                await grants.RevokeAsync(grantId, "presented-by-another-client", context.CancellationToken);
            }
        }

        context.Refuse(GrantRefusals.OtherDevice);
    }

    [LoggerMessage(EventId = 5305, Level = LogLevel.Warning, Message = "{ClientId} presented a device code of {Owner}; it is dead")]
    private static partial void LogLeaked(ILogger logger, string? clientId, string owner);
}
