using Microsoft.AspNetCore.Authorization;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>Who administers, and how somebody becomes one.</summary>
internal static class AdministratorsFeature
{
    internal static IServiceCollection AddAdministrators(this IServiceCollection services)
    {
        services.AddOptions<AdministratorOptions>().BindConfiguration(AdministratorOptions.Section);
        services.AddSingleton<AdministratorInvitations>();
        services.AddSingleton<AdministratorRoles>();
        services.AddSingleton<IAuthorizationHandler, AdministratorPolicy>();
        services.AddAuthorizationBuilder().AddPolicy(
            AdministratorPolicy.Name, policy => policy.RequireAuthenticatedUser().AddRequirements(new AdministratorPolicy.Requirement()));
        services.AddRecords(EnrolmentDraft.Record);
        services.AddSingleton<EnrolmentDrafts>();
        services.AddHostedService<FirstAdministrator>();

        // Used or not, it opens nothing after its day; the audit events say what became of it.
        services.AddPruningRule(new("administrator_invitations", "expires_at", Keep: TimeSpan.FromDays(30)));
        return services;
    }

    /// <summary>Command <c>administrators invite</c>: prints a link that works once, for 24 hours.</summary>
    internal static async Task<int> InviteAsync(IServiceProvider services, CancellationToken ct)
    {
        await Console.Out.WriteLineAsync(await services.GetRequiredService<AdministratorInvitations>().CreateAsync(ct));
        return 0;
    }
}
