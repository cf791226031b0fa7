using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>RFC 8628 §3.2: gives a device its two codes. The client has been authenticated and its scopes compared.</summary>
internal sealed class BeginDevice(
    DeviceRequests requests, ClientCatalog clients, Audiences audiences, IOptions<IdpOptions> options, TimeProvider time)
    : IOpenIddictServerHandler<HandleDeviceAuthorizationRequestContext>
{
    /// <summary>What would make an authorization request narrower or safer, and nobody would keep to here. RFC 8628 §3.1 has what is left ignored.</summary>
    private static readonly string[] NotKept =
    [
        AuthorizationDetails.Parameter, ClaimsRequest.Parameter, Parameters.AcrValues, Parameters.IdTokenHint, Parameters.Request,
        Parameters.RequestUri, Confirmation.DpopKeyParameter,
    ];

    public async ValueTask HandleAsync(HandleDeviceAuthorizationRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (NotKept.FirstOrDefault(name => !OpenIddictParameter.IsNullOrEmpty(context.Request[name] ?? default)) is { } parameter)
        {
            // RFC 9396 §5 for a detail: no type of them is there for devices.
            context.Refuse(parameter == AuthorizationDetails.Parameter ? TargetRefusals.NoDetails : RequestRefusals.NotForDevices.With(parameter));
            return;
        }

        var scopes = context.Request.GetScopes();
        if (!scopes.Contains(Scopes.OpenId))
        {
            context.Refuse(TargetRefusals.NoOpenId);
            return;
        }

        // RFC 8707 §2, as in an authorization request.
        var resources = context.Request.GetResources();
        if (audiences.Mistake(clients.Find(context.Request.ClientId)!, resources, scopes, []) is { } mistake)
        {
            context.Refuse(mistake);
            return;
        }

        // SECURITY: as for a client's own token: one that two resources accept could be carried from one to the other.
        if (scopes.Select(clients.ResourceOf).OfType<ProtectedResource>().Select(resource => resource.Identifier).Distinct().Skip(1).Any())
        {
            context.Refuse(TargetRefusals.SeveralResources);
            return;
        }

        var (deviceCode, userCode) = await requests.BeginAsync(
            new DeviceRequest
            {
                ClientId = context.Request.ClientId!,
                Scopes = [.. scopes],
                Resources = [.. resources],
                AskedAt = time.GetUtcNow(),
                From = Network(http.Connection.RemoteIpAddress),
            },
            context.CancellationToken);
        var page = options.Value.Issuer + "device";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(
            new DeviceAnswer(
                deviceCode, UserCode.Show(userCode), page, $"{page}?user_code={UserCode.Show(userCode)}",
                (int)Lifetimes.DeviceCode.TotalSeconds, DeviceRequest.FirstInterval),
            DeviceAnswerJson.Default.DeviceAnswer,
            "application/json",
            context.CancellationToken);
        context.HandleRequest();
    }

    /// <summary>As much of an address as helps a citizen to recognise a network, and no more.</summary>
    internal static string? Network(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return bytes.Length == 4
            ? $"{bytes[0]}.{bytes[1]}.x.x"
            : new IPAddress([.. bytes.Take(6), .. new byte[10]]) is { AddressFamily: AddressFamily.InterNetworkV6 } network
                ? network + "/48"
                : null;
    }
}

/// <summary>The members of the answer.</summary>
internal sealed record DeviceAnswer(
    [property: JsonPropertyName("device_code")] string DeviceCode,
    [property: JsonPropertyName("user_code")] string UserCode,
    [property: JsonPropertyName("verification_uri")] string VerificationUri,
    [property: JsonPropertyName("verification_uri_complete")] string VerificationUriComplete,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("interval")] int Interval);

[JsonSerializable(typeof(DeviceAnswer))]
internal sealed partial class DeviceAnswerJson : JsonSerializerContext;
