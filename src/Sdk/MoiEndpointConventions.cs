using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Moi.Identity;

/// <summary>Closes endpoints and route groups to everyone but signed-in citizens.</summary>
public static class MoiEndpointConventions
{
    /// <summary>Lets only a signed-in citizen in; anyone else is sent to sign in first.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireCitizen<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new AuthorizationPolicyBuilder(MoiIdentityDefaults.SessionScheme)
            .RequireAuthenticatedUser()
            .RequireClaim("sub")
            .Build());

    /// <summary>Lets only a citizen in who has reached a level of assurance; anyone else is sent to the provider (step-up).</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="level">The lowest level that is let in.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireAssurance<TBuilder>(this TBuilder builder, AssuranceLevel level)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireCitizen().RequireAuthorization(new RequireAssuranceAttribute(level));

    /// <summary>Lets only a citizen in who has reached a level of assurance recently; anyone else is sent to the provider (step-up).</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="level">The lowest level that is let in.</param>
    /// <param name="maxAgeMinutes">How many minutes ago, at most, the citizen must have touched the passkey: 1 to 1440.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder RequireAssurance<TBuilder>(this TBuilder builder, AssuranceLevel level, int maxAgeMinutes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireCitizen().RequireAuthorization(new RequireAssuranceAttribute(level) { MaxAgeMinutes = maxAgeMinutes });
}
