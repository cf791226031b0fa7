using System.Collections.Frozen;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>Which endpoint a path is, in any case and with or without a slash at its end, as the engine has it.</summary>
/// <remarks>
/// The engine makes an absolute address of each of its endpoints and compares it with that of the request, for every page and every
/// picture too. Which hosts are ours <see cref="Web.HostCheck"/> has looked at before.
/// </remarks>
internal sealed class RecognizeEndpoint : IOpenIddictServerHandler<ProcessRequestContext>
{
    private volatile Known _known = new(null!, FrozenDictionary<string, OpenIddictServerEndpointType>.Empty);

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        var known = _known;
        if (known.Options != context.Options)
        {
            _known = known = new Known(context.Options, Read(context.Options));
        }

        var path = context.Transaction.GetHttpRequest()!.Path.Value ?? "";
        context.EndpointType = known.Endpoints.GetValueOrDefault(path is [.., _, '/'] ? path[..^1] : path);
        return ValueTask.CompletedTask;
    }

    private static FrozenDictionary<string, OpenIddictServerEndpointType> Read(OpenIddictServerOptions options)
        => new (OpenIddictServerEndpointType Type, List<Uri> Addresses)[]
        {
            (OpenIddictServerEndpointType.Authorization, options.AuthorizationEndpointUris),
            (OpenIddictServerEndpointType.PushedAuthorization, options.PushedAuthorizationEndpointUris),
            (OpenIddictServerEndpointType.DeviceAuthorization, options.DeviceAuthorizationEndpointUris),
            (OpenIddictServerEndpointType.Token, options.TokenEndpointUris),
            (OpenIddictServerEndpointType.UserInfo, options.UserInfoEndpointUris),
            (OpenIddictServerEndpointType.Introspection, options.IntrospectionEndpointUris),
            (OpenIddictServerEndpointType.Revocation, options.RevocationEndpointUris),
            (OpenIddictServerEndpointType.EndSession, options.EndSessionEndpointUris),
        }
        .SelectMany(endpoint => endpoint.Addresses.Select(address => (Path: "/" + address.OriginalString, endpoint.Type)))
        .ToFrozenDictionary(endpoint => endpoint.Path, endpoint => endpoint.Type, StringComparer.OrdinalIgnoreCase);

    private sealed record Known(OpenIddictServerOptions Options, FrozenDictionary<string, OpenIddictServerEndpointType> Endpoints);
}
