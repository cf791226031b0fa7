using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Moi.Identity;

/// <summary>Every mistake at once, each with its code, its setting and what to write instead.</summary>
internal sealed class MoiIdentityOptionsValidator : IValidateOptions<MoiIdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, MoiIdentityOptions options)
    {
        var mistakes = new List<string>();
        Authority(options, mistakes);
        if (options.SignsCitizensIn)
        {
            PublicOrigin(options, mistakes);
        }

        Sessions(options, mistakes);

        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            mistakes.Add("MOI003: MoiIdentity:ClientId is empty. Write the client identifier that the provider gave this application.");
        }

        if (options.Scopes.Any(scope => scope.Length == 0 || scope.Any(c => c is <= ' ' or '"' or '\\' or > '~')))
        {
            mistakes.Add("MOI008: MoiIdentity:Scopes must hold one scope in each element, without spaces.");
        }

        if (string.IsNullOrWhiteSpace(options.Keys))
        {
            mistakes.Add("MOI009: MoiIdentity:Keys is empty. Write a folder that is kept between starts, for example moi-keys.");
        }

        if (options.Language is not ("auto" or "zh-TW" or "en"))
        {
            mistakes.Add($"MOI010: MoiIdentity:Language is \"{options.Language}\". Write auto, zh-TW or en.");
        }

        if (options.SignedOutRedirect is { } path && !LocalPath.IsLocal(path))
        {
            mistakes.Add($"MOI011: MoiIdentity:SignedOutRedirect is \"{path}\". Write a path of this application that starts with one slash.");
        }

        if (options.SignedRequests && options.UnsafeAllowWithoutPar)
        {
            mistakes.Add("MOI015: MoiIdentity:SignedRequests needs pushed requests. Take MoiIdentity:UnsafeAllowWithoutPar away.");
        }

        if (options.UsesCertificate && string.IsNullOrWhiteSpace(options.ClientCertificate))
        {
            mistakes.Add($"MOI016: MoiIdentity:ClientAuthentication is {options.ClientAuthentication} but MoiIdentity:ClientCertificate is empty. "
                + "Write the PEM file with the certificate and its key.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void Authority(MoiIdentityOptions options, List<string> mistakes)
    {
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority)
            || authority.Scheme is not ("https" or "http")
            || authority.Query.Length + authority.Fragment.Length + authority.UserInfo.Length > 0)
        {
            mistakes.Add($"MOI001: MoiIdentity:Authority is \"{options.Authority}\". Write the provider's address, for example https://id.example.gov.tw.");
        }
        else if (authority.Scheme == "http" && !Loopback.IsLoopbackName(authority) && !options.UnsafeAllowHttp)
        {
            mistakes.Add($"MOI002: MoiIdentity:Authority \"{options.Authority}\" is plain http to another machine. Use https.");
        }
    }

    private static void PublicOrigin(MoiIdentityOptions options, List<string> mistakes)
    {
        if (!Uri.TryCreate(options.PublicOrigin, UriKind.Absolute, out var origin)
            || origin.Scheme is not ("https" or "http")
            || origin.GetLeftPart(UriPartial.Authority) != options.PublicOrigin)
        {
            mistakes.Add($"MOI004: MoiIdentity:PublicOrigin is \"{options.PublicOrigin}\". Write scheme, host and port as browsers see them, "
                + "in lower case and without a final slash, for example https://hello.example.gov.tw.");
        }
        else if (origin.Scheme == "http" && !Loopback.IsLoopbackName(origin))
        {
            mistakes.Add($"MOI005: MoiIdentity:PublicOrigin \"{options.PublicOrigin}\" is plain http. Use https; only *.localhost may be http.");
        }
    }

    private static void Sessions(MoiIdentityOptions options, List<string> mistakes)
    {
        if (options.SessionLifetime < TimeSpan.FromMinutes(5) || options.SessionLifetime > TimeSpan.FromHours(24))
        {
            mistakes.Add($"MOI006: MoiIdentity:SessionLifetime is {options.SessionLifetime}. Write 5 minutes to 24 hours, for example 08:00:00.");
        }
        else if (options.SessionIdleTimeout < TimeSpan.FromMinutes(1) || options.SessionIdleTimeout > options.SessionLifetime)
        {
            mistakes.Add($"MOI006: MoiIdentity:SessionIdleTimeout is {options.SessionIdleTimeout}. Write 1 minute to SessionLifetime, for example 01:00:00.");
        }

        if (options.SessionStore == SessionStoreKind.Redis && !IsRedis(options.Redis))
        {
            mistakes.Add("MOI007: MoiIdentity:SessionStore is Redis but MoiIdentity:Redis is no connection string. Write for example redis.internal:6379,ssl=true.");
        }
    }

    private static bool IsRedis(string? text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(text) && ConfigurationOptions.Parse(text).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
