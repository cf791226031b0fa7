using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.SignIn;

namespace Moi.Identity.BackChannel;

/// <summary>OpenID Connect Discovery 1.0 §4: document and keys, kept for five minutes, with the issuer compared.</summary>
internal static class Discovery
{
    internal static ConfigurationManager<OpenIdConnectConfiguration> Create(string authority, bool allowHttp, HttpClient http) =>
        new(
            authority.TrimEnd('/') + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(http) { RequireHttps = RequiresHttps(authority, allowHttp) },
            new IssuerIsTheAuthority(authority))
        {
            // The first use after five minutes makes us look for withdrawn keys; an unknown key does so at once, at most every minute.
            AutomaticRefreshInterval = TimeSpan.FromMinutes(5),
            RefreshInterval = TimeSpan.FromMinutes(1),

            // SECURITY: otherwise a withdrawn key is tried again for an hour when no present one fits.
            UseLastKnownGoodConfiguration = false,
        };

    internal static bool RequiresHttps(string authority, bool allowHttp) => !allowHttp && !Loopback.IsLoopbackName(new Uri(authority));
}
