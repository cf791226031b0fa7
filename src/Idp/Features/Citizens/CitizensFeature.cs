namespace Moi.Identity.Idp.Features.Citizens;

internal static class CitizensFeature
{
    /// <summary>Adds what an operator may do with an account.</summary>
    internal static IServiceCollection AddCitizens(this IServiceCollection services) => services.AddScoped<CitizenStanding>();
}
