using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.SignIn;

namespace Moi.Identity.BackChannel;

/// <summary>OpenID Connect Discovery 1.0 §4: document and keys, kept for an hour, with the issuer compared.</summary>
internal static class Discovery
{
    internal static ConfigurationManager<OpenIdConnectConfiguration> Create(string authority, bool allowHttp, HttpClient http) =>
        new(
            authority.TrimEnd('/') + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(http) { RequireHttps = RequiresHttps(authority, allowHttp) },
            new IssuerIsTheAuthority(authority))
        {
            // A withdrawn key is forgotten within the hour; an unknown one makes us look again, at most every minute.
            AutomaticRefreshInterval = TimeSpan.FromHours(1),
            RefreshInterval = TimeSpan.FromMinutes(1),
        };

    internal static bool RequiresHttps(string authority, bool allowHttp) => !allowHttp && !Loopback.IsLoopbackName(new Uri(authority));
}
