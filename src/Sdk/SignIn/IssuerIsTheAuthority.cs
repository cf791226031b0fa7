using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Moi.Identity.SignIn;

/// <summary>
/// OpenID Connect Discovery §4.3: the issuer in the document "MUST be identical to the Issuer URL that was used as the prefix".
/// </summary>
/// <remarks>
/// One difference is tolerated, here and nowhere else: a final slash after an authority without a path, because the two are the same
/// URI (RFC 3986 §6.2.3) and some providers add it. Every later comparison uses the discovered string exactly.
/// </remarks>
internal static class IssuerIsTheAuthority
{
    /// <exception cref="InvalidOperationException">MOI031: it is another.</exception>
    internal static void Require(OpenIdConnectConfiguration configuration, string authority)
    {
        var issuer = configuration.Issuer;
        var same = issuer == authority
            || (new Uri(authority).AbsolutePath == "/" && issuer == authority.TrimEnd('/') + "/")
            || (new Uri(authority).AbsolutePath == "/" && issuer == authority.TrimEnd('/'));
        if (!same)
        {
            throw new InvalidOperationException($"MOI031: the provider calls itself \"{issuer}\", but MoiIdentity:Authority is \"{authority}\".");
        }
    }
}
