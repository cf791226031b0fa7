using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Discovery;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>
/// Shared Signals Framework 1.0 §7.1: what this transmitter does. There is no interface to make and change streams: a client
/// subscribes in its registration, so none of those endpoints is named.
/// </summary>
internal sealed class SsfConfiguration
{
    internal const string Path = "/.well-known/ssf-configuration";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public SsfConfiguration(IOptions<IdpOptions> options)
    {
        var idp = options.Value;
        var issuer = idp.Issuer;
        var document = new JsonObject
        {
            ["spec_version"] = "1_0",
            ["issuer"] = issuer,
            ["jwks_uri"] = issuer + "connect/jwks",
            ["delivery_methods_supported"] = new JsonArray("urn:ietf:rfc:8935", "urn:ietf:rfc:8936"),

            // Every citizen who uses the service; nobody has to be added.
            ["default_subjects"] = "ALL",
            ["moi_poll_endpoint"] = issuer + PollEvents.Path[1..],
            ["moi_events_supported"] = new JsonArray([.. SecurityEventTypes.All.Select(type => (JsonNode)JsonValue.Create(type))]),
        };
        if (idp.MutualTls.Authority is { } authority)
        {
            // RFC 8705 §5: where clients show their certificates.
            document["mtls_endpoint_aliases"] = new JsonObject
            {
                ["moi_poll_endpoint"] = $"{idp.Origin.Scheme}://{authority}{PollEvents.Path}",
            };
        }

        Document = new PublishedDocument("application/json", Encoding.UTF8.GetBytes(document.ToJsonString(Plain)));
    }

    internal PublishedDocument Document { get; }
}
