using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>Dynamic client registration, off unless switched on.</summary>
internal static class RegistrationFeature
{
    internal const string Path = "/connect/register";

    internal static IServiceCollection AddRegistration(this IServiceCollection services)
    {
        services.AddOptions<RegistrationOptions>().BindConfiguration(RegistrationOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RegistrationOptions>, RegistrationOptionsValidator>();
        services.AddSingleton<InitialAccessTokens>();
        services.AddSingleton<SandboxClients>();
        services.Configure<ProtocolEndpoints>(endpoints =>
        {
            endpoints.Paths.Add(Path);
            endpoints.Trees.Add(Path);
        });
        return services.AddPruningRule(InitialAccessTokens.Pruning);
    }

    internal static WebApplication MapRegistration(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<RegistrationOptions>>().Value.Enabled)
        {
            app.MapPost(Path, RegisterClient.HandleAsync).AllowAnonymous();
            app.MapGet(Path + "/{id}", ManageClient.ReadAsync).AllowAnonymous();
            app.MapPut(Path + "/{id}", ManageClient.ChangeAsync).AllowAnonymous();
            app.MapDelete(Path + "/{id}", ManageClient.RemoveAsync).AllowAnonymous();
        }

        return app;
    }
}
