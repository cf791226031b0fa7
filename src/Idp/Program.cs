using Moi.Identity.Idp;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Features.Assessment;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Citizens;
using Moi.Identity.Idp.Features.Conformance;
using Moi.Identity.Idp.Features.Consent;
using Moi.Identity.Idp.Features.Devices;
using Moi.Identity.Idp.Features.DynamicRegistration;
using Moi.Identity.Idp.Features.InAppBrowsers;
using Moi.Identity.Idp.Features.Metadata;
using Moi.Identity.Idp.Features.Oidc;
using Moi.Identity.Idp.Features.Operations;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SessionEnd;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Features.SignUp;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;
using Moi.Identity.Idp.Web.Limits;

return await StartupFailures.ExplainAsync(async () =>
{
    var builder = IdpHost.CreateBuilder(args);
    var services = builder.Services;

    builder.AddOperations();
    services.AddIdpData(builder.Configuration).AddIdpStorage(builder.Configuration).AddIdpSessions();
    services.AddWeb().AddLimits();
    services.AddAudit().AddMetadata().AddPasskeys().AddSignUp().AddSignIn().AddAccount().AddInAppBrowsers().AddOidc().AddConsent()
        .AddDevices().AddAdministrators().AddAssessment().AddRegistration().AddCitizens().AddConformance();

    var app = builder.Build();
    StartupChecks.Run(app, isServer: !Commands.IsCommand(args));
    if (Commands.IsCommand(args))
    {
        return await Commands.RunAsync(app.Services, args);
    }

    app.UseForwardedCertificates();
    app.UseOperations();
    app.UseWeb();
    app.UseCrossOrigin();
    app.UseLimits();
    app.UseKeyRing();
    app.UseInAppBrowsers();
    app.UseAuthentication();
    app.UseAuthorization();
    app.MapOperations();
    app.MapOidc();
    app.MapRegistration();
    app.MapWeb();
    app.MapInAppBrowsers();
    app.MapPasskeys();
    app.MapSessionEnd();
    app.MapConformance();
    await app.RunAsync();
    return 0;
});

/// <summary>The entry point, visible to tests that run the server in their own process.</summary>
public partial class Program;
