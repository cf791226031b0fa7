using Microsoft.AspNetCore.Authorization;

namespace Moi.Identity.Api;

/// <summary>RFC 8693 §4.2 and RFC 9068 §2.2.3: <c>scope</c> is one string, its values separated by spaces and case-sensitive.</summary>
internal sealed class RequireScopeHandler : AuthorizationHandler<RequireScopeAttribute>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequireScopeAttribute requirement)
    {
        // Only of the access token: a session may have claims of any name.
        var has = context.User.Identities.Where(identity => identity.AuthenticationType == MoiIdentityDefaults.ApiScheme)
            .SelectMany(identity => identity.FindAll("scope"))
            .SelectMany(claim => claim.Value.Split(' '));
        if (has.Intersect(requirement.Scopes, StringComparer.Ordinal).Any())
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
