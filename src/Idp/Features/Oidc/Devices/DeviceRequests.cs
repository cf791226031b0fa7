using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>The two records of a device's request: one for the device, one for whoever types its code.</summary>
internal sealed class DeviceRequests(
    Records<DeviceRequest> requests, Records<UserCodeEntry> codes, BrowserMark browser, TimeProvider time)
{
    internal async ValueTask<(string DeviceCode, string UserCode)> BeginAsync(DeviceRequest request, CancellationToken ct)
    {
        var deviceCode = await requests.AddAsync(request, ct);
        while (true)
        {
            var userCode = UserCode.New();
            if (await codes.TryAddAsync(UserCode.Handle(userCode), new UserCodeEntry(deviceCode, null), ct))
            {
                return (deviceCode, userCode);
            }
        }
    }

    /// <summary>The open request of a code. The first browser that asks keeps the code; for every other one it does not exist.</summary>
    internal async ValueTask<DeviceRequest?> ClaimAsync(HttpContext http, string userCode, CancellationToken ct)
    {
        var handle = UserCode.Handle(userCode);
        if (await codes.GetAsync(handle, ct) is { Value.Browser: null } free)
        {
            await codes.TryReplaceAsync(handle, free, free.Value with { Browser = browser.GetOrCreate(http) }, ct);
        }

        return await codes.GetAsync(handle, ct) is { Value: { Browser: { } mark, DeviceCode: var deviceCode } } && browser.Matches(http, mark)
            && await requests.GetAsync(deviceCode, ct) is { Value: var request } && request.IsOpen(time.GetUtcNow())
            ? request
            : null;
    }

    /// <summary>
    /// Uses the code up. SECURITY: before anything is checked; of any number of answers one counts, and only from the browser
    /// in which the code was typed.
    /// </summary>
    /// <returns>The device's own code, to be answered by <see cref="TryAnswerAsync"/>.</returns>
    internal async ValueTask<(string DeviceCode, DeviceRequest Request)?> TakeAsync(HttpContext http, string userCode, CancellationToken ct)
        => await codes.TakeAsync(UserCode.Handle(userCode), ct) is { Browser: { } mark, DeviceCode: var deviceCode } && browser.Matches(http, mark)
            && await requests.GetAsync(deviceCode, ct) is { Value: var request } && request.IsOpen(time.GetUtcNow())
            ? (deviceCode, request)
            : null;

    /// <summary>Writes the answer down for the device.</summary>
    /// <returns>False if the request is over.</returns>
    internal async ValueTask<bool> TryAnswerAsync(string deviceCode, Func<DeviceRequest, DeviceRequest> answer, CancellationToken ct)
    {
        while (await requests.GetAsync(deviceCode, ct) is { } read && read.Value.IsOpen(time.GetUtcNow()))
        {
            // Only a poll of the device can have come in between.
            if (await requests.TryReplaceAsync(deviceCode, read, answer(read.Value), ct))
            {
                return true;
            }
        }

        return false;
    }
}
