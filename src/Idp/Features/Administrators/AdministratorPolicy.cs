using Microsoft.AspNetCore.Authorization;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>
/// Pages for administrators: the role is looked up for each request, so that it ends at once, and the passkey was touched
/// within the last twelve hours.
/// </summary>
internal sealed class AdministratorPolicy(AdministratorRoles roles, TimeProvider time)
    : AuthorizationHandler<AdministratorPolicy.Requirement>
{
    internal const string Name = "administrator";

    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(12);

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is HttpContext http && http.GetSession() is { } session
            && time.GetUtcNow() - session.AuthTime <= LongestSession
            && (await roles.OfAsync(session.CitizenId, http.RequestAborted)).Count > 0)
        {
            context.Succeed(requirement);
        }
    }

    internal sealed class Requirement : IAuthorizationRequirement;
}
