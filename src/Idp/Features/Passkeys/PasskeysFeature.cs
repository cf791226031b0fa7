using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Passkeys;

internal static class PasskeysFeature
{
    /// <summary>The name in the browser's own prompt. It cannot follow the page's language: devices keep it.</summary>
    private const string Name = "我的數位身分 My Digital Identity";

    /// <summary>Adds the FIDO2 engine for our origin, and the ceremonies that every passkey page uses.</summary>
    internal static IServiceCollection AddPasskeys(this IServiceCollection services)
    {
        services.AddOptions<PasskeyOptions>().BindConfiguration(PasskeyOptions.Section).ValidateOnStart();
        services.AddOptions<AssuranceOptions>().BindConfiguration(AssuranceOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PasskeyOptions>, PasskeyOptionsValidator>();
        services.AddSingleton(provider =>
        {
            var idp = provider.GetRequiredService<IOptions<IdpOptions>>().Value;
            var passkeys = provider.GetRequiredService<IOptions<PasskeyOptions>>().Value;
            return new RelyingParty(
                idp.RpId, Name, [idp.BrowserOrigin, .. PasskeyFiles.AppOrigins(passkeys)], relatedOrigins: passkeys.RelatedOrigins);
        });
        services.AddSingleton(new PublicKeyCache());
        services.AddSingleton<Registration>();
        services.AddSingleton<Authentication>();
        services.AddRecords(PendingRegistration.Record);
        services.AddRecords(PendingAuthentication.Record);
        services.AddRecords(RegistrationPermit.Record);
        services.AddSingleton<CredentialTable>();
        services.AddSingleton<CeremonyService>();
        services.AddSingleton<RegistrationPermits>();
        services.AddSingleton<PasskeySignals>();
        services.AddScoped<PasskeyRegistration>();
        return services;
    }

    /// <summary>
    /// Where password managers send people to make and to manage passkeys (W3C "passkey endpoints"), and who else may use them.
    /// </summary>
    internal static IEndpointRouteBuilder MapPasskeys(this IEndpointRouteBuilder app)
    {
        app.MapGet("/.well-known/passkey-endpoints", (IOptions<IdpOptions> options) => TypedResults.Json(
            new PasskeyEndpoints(
                options.Value.BrowserOrigin + "/account/passkeys/add", options.Value.BrowserOrigin + "/account/passkeys"),
            PasskeyEndpointsJson.Default.PasskeyEndpoints)).AllowAnonymous();
        PasskeyFiles.Map(app, app.ServiceProvider.GetRequiredService<IOptions<PasskeyOptions>>().Value);
        return app;
    }
}
