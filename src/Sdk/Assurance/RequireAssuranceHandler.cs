using Microsoft.AspNetCore.Authorization;

namespace Moi.Identity.Assurance;

/// <summary>Is this citizen's sign-in strong and fresh enough?</summary>
internal sealed class RequireAssuranceHandler(TimeProvider time) : AuthorizationHandler<RequireAssuranceAttribute>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequireAssuranceAttribute requirement)
    {
        if (CitizenContext.From(context.User, time) is { } citizen
            && StepUp.IsReached(citizen.Acr, citizen.AuthTime, requirement.Level, requirement.MaxAge, time.GetUtcNow()))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
