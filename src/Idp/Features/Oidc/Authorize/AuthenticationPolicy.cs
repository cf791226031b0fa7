using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>What has to happen before an authorization request may be answered with a code.</summary>
internal abstract record AuthenticationDecision
{
    /// <summary>The session is good enough.</summary>
    internal sealed record Enough : AuthenticationDecision;

    /// <summary>The citizen must touch a passkey.</summary>
    internal sealed record SignIn(AuthenticationRequirement Requirement) : AuthenticationDecision;

    /// <summary>Nothing the citizen could do would help.</summary>
    internal sealed record Refuse(Refusal Refusal) : AuthenticationDecision;
}

/// <summary>OpenID Connect Core §3.1.2.1 and §3.1.2.3: <c>prompt</c>, <c>max_age</c>, <c>acr_values</c>, and the claim <c>acr</c>.</summary>
internal static class AuthenticationPolicy
{
    /// <summary>Decides from the request, the session, and what was done in this very transaction.</summary>
    /// <param name="request">The accepted authorization request.</param>
    /// <param name="session">The session of the browser.</param>
    /// <param name="outcome">The authentication that was made for this transaction.</param>
    /// <param name="minimum">The level that the client wants of everybody, whatever its request says.</param>
    /// <param name="levels">The levels that can be reached here.</param>
    /// <param name="now">The time.</param>
    internal static AuthenticationDecision Decide(
        OpenIddictRequest request, Session? session, AuthenticationOutcome? outcome, string minimum, IReadOnlyList<string> levels, DateTimeOffset now)
    {
        var asked = Asked(request, minimum);
        string[] attainable = [.. asked?.Where(levels.Contains) ?? []];
        if (asked is not [] && attainable.Length == 0)
        {
            return new AuthenticationDecision.Refuse(RequestRefusals.AcrNotOffered);
        }

        var maxAge = request.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var requirement = new AuthenticationRequirement { AcrValues = attainable, MaxAge = maxAge };
        if (session is null)
        {
            // SECURITY: a session that appears in this browser meanwhile must not answer these prompts.
            return new AuthenticationDecision.SignIn(
                requirement with { Fresh = request.HasPromptValue(PromptValues.Login) || request.HasPromptValue(PromptValues.SelectAccount) });
        }

        // SECURITY: a step-up is done only by an authentication that was asked for in this transaction and made in this
        // session; neither a young session nor an answer to another tab will do.
        var isDone = outcome is not null && outcome.Sid == session.Sid && outcome.CitizenId == session.CitizenId
            && outcome.CredentialId == session.CredentialId;
        if (!isDone && request.HasPromptValue(PromptValues.SelectAccount))
        {
            return new AuthenticationDecision.SignIn(requirement with { Fresh = true });
        }

        if (!isDone && request.HasPromptValue(PromptValues.Login))
        {
            return new AuthenticationDecision.SignIn(requirement with { Fresh = true, CitizenId = session.CitizenId });
        }

        if (!isDone && maxAge is { } limit && now - session.AuthTime > limit)
        {
            return new AuthenticationDecision.SignIn(requirement with { Fresh = true, CitizenId = session.CitizenId });
        }

        var level = AssuranceLevels.Of(session, now);
        if (attainable.Length == 0 || attainable.Any(value => AssuranceLevels.Meets(level, value)))
        {
            return new AuthenticationDecision.Enough();
        }

        return isDone
            ? new AuthenticationDecision.Refuse(RequestRefusals.AcrNotReached)
            : new AuthenticationDecision.SignIn(requirement with { Fresh = true, CitizenId = session.CitizenId });
    }

    /// <summary>
    /// The levels that will do: those of <c>acr_values</c>, but none below the client's own minimum; and with an
    /// essential <c>acr</c> claim (OpenID Connect Core §5.5.1.1) only those that meet that too.
    /// </summary>
    /// <returns>Nothing if no level can meet both.</returns>
    private static string[]? Asked(OpenIddictRequest request, string minimum)
    {
        var values = request.GetAcrValues();
        string[] enough = [.. values.Where(value => AssuranceLevels.Meets(value, minimum))];
        string[] asked = minimum == AssuranceLevels.One ? [.. values] : enough.Length > 0 ? enough : [minimum];
        var essential = ClaimsRequest.Of(request).EssentialAcr;
        if (essential.Count == 0)
        {
            return asked;
        }

        string[] both =
        [
            .. essential.Concat(asked).Where(
                value => essential.Any(e => AssuranceLevels.Meets(value, e))
                    && (asked.Length == 0 || asked.Any(a => AssuranceLevels.Meets(value, a)))),
        ];
        return both.Length > 0 ? both : null;
    }
}
