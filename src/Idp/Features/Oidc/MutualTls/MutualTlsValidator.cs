using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Operations;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>Refuses settings of mutual TLS that cannot work or that anybody could use.</summary>
internal sealed class MutualTlsValidator(IOptions<ProxyOptions> proxies) : IValidateOptions<IdpOptions>
{
    public ValidateOptionsResult Validate(string? name, IdpOptions options)
    {
        var problems = options.MutualTls.Enabled ? Problems(options.MutualTls, options.PublicOrigin).ToList() : [];
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(MutualTlsOptions options, string publicOrigin)
    {
        // Another port of the public name will not do: TLS clients resume their sessions by name, and a resumed one brings no certificate.
        if (options.Authority is { } authority
            && (!Uri.TryCreate("https://" + authority, UriKind.Absolute, out var address) || address.Authority != authority
                || address.HostNameType != UriHostNameType.Dns
                || (Uri.TryCreate(publicOrigin, UriKind.Absolute, out var origin) && origin.Host == address.Host)))
        {
            yield return $"Idp__MutualTls__Host: {authority} must be another name than that of Idp__PublicOrigin, in lower case, with its port unless that is 443.";
        }

        if (!string.IsNullOrEmpty(options.ForwardedHeader) && proxies.Value.Trusted.Count == 0)
        {
            yield return "Idp__Proxies__Trusted__0 is missing; Idp__MutualTls__ForwardedHeader is believed from trusted proxies alone.";
        }

        if (!string.IsNullOrEmpty(options.TrustAnchors) && FindFault(options.TrustAnchors) is { } fault)
        {
            yield return $"Idp__MutualTls__TrustAnchors: {fault}";
        }
    }

    private static string? FindFault(string path)
    {
        try
        {
            var certificates = TrustedChains.Read(path);
            return certificates.Any(certificate => TrustedChains.IsAnchor(certificate)) ? null : $"there is no self-signed certificate in {path}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{path} cannot be read: {e.Message}";
        }
    }
}
