using Microsoft.Extensions.Options;
using Moi.Identity.BackChannel;
using Moi.Identity.Dpop;
using StackExchange.Redis;

namespace Moi.Identity;

/// <summary>Every mistake at once, each with its code, its setting and what to write instead.</summary>
internal sealed class MoiIdentityApiOptionsValidator : IValidateOptions<MoiIdentityApiOptions>
{
    public ValidateOptionsResult Validate(string? name, MoiIdentityApiOptions options)
    {
        var mistakes = new List<string>();
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority) || authority.Scheme is not ("https" or "http"))
        {
            mistakes.Add($"MOI061: MoiIdentityApi:Authority is \"{options.Authority}\". Write the provider's address, for example https://id.example.gov.tw.");
        }
        else if (Discovery.RequiresHttps(options.Authority, options.UnsafeAllowHttp) && authority.Scheme != "https")
        {
            mistakes.Add($"MOI062: MoiIdentityApi:Authority \"{options.Authority}\" is plain http to another machine. Use https.");
        }

        if (string.IsNullOrWhiteSpace(options.Audience))
        {
            mistakes.Add("MOI063: MoiIdentityApi:Audience is empty. Write this API's name at the provider; without it tokens for other APIs would be taken.");
        }

        if (!Uri.TryCreate(options.PublicOrigin, UriKind.Absolute, out var origin)
            || origin.Scheme is not ("https" or "http")
            || origin.GetLeftPart(UriPartial.Authority) != options.PublicOrigin)
        {
            mistakes.Add($"MOI064: MoiIdentityApi:PublicOrigin is \"{options.PublicOrigin}\". Write scheme, host and port as clients see them, "
                + "in lower case and without a final slash, for example https://taxes.example.gov.tw.");
        }

        if (options.Algorithms.FirstOrDefault(algorithm => !DpopKey.Algorithms.Contains(algorithm, StringComparer.Ordinal)) is { } unknown)
        {
            mistakes.Add($"MOI065: MoiIdentityApi:Algorithms names \"{unknown}\". Write one of {string.Join(", ", DpopKey.Algorithms)} in each element.");
        }

        if (options.Redis is not null && !IsRedis(options.Redis))
        {
            mistakes.Add("MOI066: MoiIdentityApi:Redis is no connection string. Write for example redis.internal:6379,ssl=true.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static bool IsRedis(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
