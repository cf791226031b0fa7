namespace Moi.Identity;

/// <summary>Names that an application may need when it configures ASP.NET Core's own handlers further.</summary>
public static class MoiIdentityDefaults
{
    /// <summary>The configuration section that <c>AddMoiIdentity</c> binds: <c>MoiIdentity</c>.</summary>
    public const string Section = "MoiIdentity";

    /// <summary>The authentication scheme of the citizen's session (ASP.NET Core's cookie handler).</summary>
    public const string SessionScheme = "MoiIdentity";

    /// <summary>The authentication scheme that sends the citizen to the provider (ASP.NET Core's OpenID Connect handler).</summary>
    public const string ChallengeScheme = "MoiIdentity.OpenIdConnect";

    /// <summary>The configuration section that <c>AddMoiIdentityApi</c> binds: <c>MoiIdentityApi</c>.</summary>
    public const string ApiSection = "MoiIdentityApi";

    /// <summary>The authentication scheme of an API's callers (<c>AddMoiIdentityApi</c>): access tokens, Bearer or DPoP.</summary>
    public const string ApiScheme = "MoiIdentity.Api";

    /// <summary>The name of the <c>ActivitySource</c> and of the <c>Meter</c>.</summary>
    public const string TelemetryName = "Moi.Identity";

    /// <summary>The name of the health check; its tag is <c>ready</c>.</summary>
    public const string HealthCheckName = "moi-identity";

    internal const string LoginPath = "/moi/login";
    internal const string LogoutPath = "/moi/logout";
    internal const string CallbackPath = "/moi/callback";
    internal const string SignedOutPath = "/moi/signed-out";
    internal const string BackChannelLogoutPath = "/moi/backchannel-logout";
    internal const string JwksPath = "/moi/jwks";
    internal const string ClientMetadataPath = "/moi/client.json";
    internal const string StylePath = "/moi/page.css";

    /// <summary>OpenID Connect Core §3.1.3.7 leaves leeway to us; FAPI 2.0 §5.3.2.1 allows at most 10 seconds.</summary>
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(10);

    /// <summary>An ID token reaches us straight from the token endpoint; an older one has been kept by somebody.</summary>
    internal static readonly TimeSpan IdTokenMaximumAge = TimeSpan.FromMinutes(5);
}
