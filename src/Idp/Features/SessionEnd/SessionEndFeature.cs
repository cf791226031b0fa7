using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SessionEnd;

/// <summary>Warns a citizen before the session ends for want of use (WCAG 2.2.1), and says so afterwards.</summary>
internal static class SessionEndFeature
{
    /// <summary>Maps <c>/session</c>: GET looks how long it still lives, POST makes it live on.</summary>
    internal static IEndpointRouteBuilder MapSessionEnd(this IEndpointRouteBuilder app)
    {
        app.MapGet("/session", Look).AllowAnonymous().WithMetadata(new LooksAtSession());
        app.MapPost("/session", ExtendAsync).AllowAnonymous();
        return app;
    }

    private static JsonHttpResult<SessionState> Look(HttpContext http, SessionStore sessions)
        => TypedResults.Json(SessionState.Of(http.GetSession(), sessions), SessionStateJson.Default.SessionState);

    private static async Task<IResult> ExtendAsync(HttpContext http, SessionStore sessions, IAntiforgery forms)
        => await forms.IsRequestValidAsync(http) ? Look(http, sessions) : new ErrorPage(Problems.StaleForm);
}

/// <summary>What the page's script learns. Seconds from now, because the clock of a citizen's device may be wrong.</summary>
/// <param name="Seconds">How long the session still lives; 0 when there is none.</param>
/// <param name="Final">It cannot live longer, whatever the citizen does.</param>
internal sealed record SessionState(int Seconds, bool Final)
{
    internal static SessionState Of(Session? session, SessionStore sessions)
    {
        if (session is null)
        {
            return new SessionState(0, true);
        }

        var (left, isFinal) = sessions.TimeLeft(session);
        return new SessionState((int)Math.Ceiling(left.TotalSeconds), isFinal);
    }
}

[JsonSerializable(typeof(SessionState))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SessionStateJson : JsonSerializerContext;
