using System.Text.Json.Serialization;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>A registration between its two requests. Taken once.</summary>
internal sealed record ConformanceRegistration(string UserName, RegistrationState State)
{
    internal static readonly RecordKind<ConformanceRegistration> Record =
        new("conformance-registration", TimeSpan.FromMinutes(5), ConformanceJson.Default.ConformanceRegistration);
}

/// <summary>An authentication between its two requests. Taken once.</summary>
internal sealed record ConformanceAuthentication(string UserName, AuthenticationState State)
{
    internal static readonly RecordKind<ConformanceAuthentication> Record =
        new("conformance-authentication", TimeSpan.FromMinutes(5), ConformanceJson.Default.ConformanceAuthentication);
}

/// <summary>The cookie of the tests, which holds the handle of the ceremony that was started last.</summary>
internal static class ConformanceSession
{
    private const string Name = "moi-conformance";

    internal static string? Read(HttpContext http) => http.Request.Cookies[Name];

    internal static void Write(HttpContext http, string handle) => http.Response.Cookies.Append(Name, handle, Options(http));

    internal static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http));

    // The test tool is a page of another site, and only a cookie that is Secure may say so.
    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = http.Request.IsHttps ? SameSiteMode.None : SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    };
}

[JsonSerializable(typeof(ConformanceRegistration))]
[JsonSerializable(typeof(ConformanceAuthentication))]
[JsonSerializable(typeof(RegistrationOptionsRequest))]
[JsonSerializable(typeof(AuthenticationOptionsRequest))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ConformanceJson : JsonSerializerContext;
