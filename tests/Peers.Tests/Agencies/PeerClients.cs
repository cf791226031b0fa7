using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests.Agencies;

/// <summary>Every client of these tests; all of them are registered by one command.</summary>
internal static partial class PeerClients
{
    internal static readonly PeerClient WithKey = new("peer-key");

    internal static readonly PeerClient WithBasicSecret = new("peer-basic", m => m["token_endpoint_auth_method"] = "client_secret_basic");

    internal static readonly PeerClient WithFormSecret = new("peer-form", m => m["token_endpoint_auth_method"] = "client_secret_post");

    internal static readonly PeerClient Public = new("peer-public", m => m["token_endpoint_auth_method"] = "none");

    internal static readonly PeerClient Ps256 = new("peer-ps256", m => m["id_token_signed_response_alg"] = "PS256");

    internal static readonly PeerClient Rs256 = new("peer-rs256", m => m["id_token_signed_response_alg"] = "RS256");

    internal static readonly PeerClient WithLogout = new("peer-logout", m =>
    {
        m["backchannel_logout_uri"] = $"http://peer-logout.localhost:{FreePort.Next()}/backchannel-logout";
        m["backchannel_logout_session_required"] = true;
    });

    /// <summary>FAPI 2.0, with DPoP.</summary>
    internal static readonly PeerClient WithDpop = new("peer-dpop", m =>
    {
        m["moi_profile"] = "fapi2";
        m["dpop_bound_access_tokens"] = true;
    });

    /// <summary>FAPI 2.0, with a certificate of an authority.</summary>
    internal static readonly PeerClient Certified = new("peer-certified", m =>
    {
        m["moi_profile"] = "fapi2";
        m["token_endpoint_auth_method"] = "tls_client_auth";
        m["tls_client_auth_subject_dn"] = "CN=peer-certified";
        m["tls_client_certificate_bound_access_tokens"] = true;
    });

    /// <summary>With a certificate of its own making.</summary>
    internal static readonly PeerClient SelfCertified = new("peer-self", m =>
    {
        m["token_endpoint_auth_method"] = "self_signed_tls_client_auth";
        m["tls_client_certificate_bound_access_tokens"] = true;
    });

    /// <summary>An API, which is for others to ask for.</summary>
    internal static readonly PeerClient Api = new("peer-api", m => m["moi_resource"] = JsonNode.Parse("""
        {
          "identifier": "https://peer-api.example/api",
          "token_exchange_clients": ["peer-gateway"],
          "scopes": {"peer-api.read": {"zh-TW": "讀取您的稅籍", "en": "Read your tax records"}},
          "authorization_details_types": {
            "peer-api.payment": {
              "zh-TW": "繳納一筆稅款", "en": "Pay a tax",
              "fields": {"money": {"kind": "amount", "zh-TW": "金額", "en": "Amount", "required": true}}
            }
          }
        }
        """));

    /// <summary>Uses the API.</summary>
    internal static readonly PeerClient OfApi = new("peer-user", m =>
    {
        m["scope"] = "openid profile peer-api.read";
        m["authorization_details_types"] = new JsonArray("peer-api.payment");
    });

    /// <summary>Asks the API in its own name and in citizens' names.</summary>
    internal static readonly PeerClient Gateway = new("peer-gateway", m =>
    {
        m["grant_types"]!.AsArray().Add("client_credentials");
        m["grant_types"]!.AsArray().Add("urn:ietf:params:oauth:grant-type:token-exchange");
        m["scope"] = "openid profile peer-api.read";
    });

    /// <summary>Has no browser.</summary>
    internal static readonly PeerClient Device = new("peer-device", m =>
    {
        m["grant_types"]!.AsArray().Add("urn:ietf:params:oauth:grant-type:device_code");
        m["token_endpoint_auth_method"] = "none";
    });

    /// <summary>Wants every answer signed.</summary>
    internal static readonly PeerClient SignedAnswers = new("peer-signed", m =>
    {
        m["authorization_signed_response_alg"] = "PS256";
        m["userinfo_signed_response_alg"] = "ES256";
        m["introspection_signed_response_alg"] = "ES256";
    });

    /// <summary>For the tests that send requests by the hundred.</summary>
    internal static readonly PeerClient Busy = new("peer-busy");

    private static readonly PeerClient[] All =
        [WithKey, WithBasicSecret, WithFormSecret, Public, Ps256, Rs256, WithLogout, WithDpop, Certified, SelfCertified, Api, OfApi, Gateway, Device, SignedAnswers, Busy];

    internal static string Registration() => new JsonArray([.. All.Select(client => client.Metadata.DeepClone())]).ToJsonString();

    /// <summary>The secrets stand in what <c>clients apply</c> writes, each below its client.</summary>
    internal static void TakeSecrets(string output)
    {
        var secrets = Secret().Matches(output).ToDictionary(match => match.Groups["id"].Value, match => match.Groups["secret"].Value);
        foreach (var client in All)
        {
            client.Secret = secrets.GetValueOrDefault(client.Id);
        }
    }

    [GeneratedRegex(@"^(?<id>\S+) registered\s+client_secret: (?<secret>\S+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Secret();
}
