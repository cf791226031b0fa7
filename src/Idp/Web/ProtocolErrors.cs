using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Web;

/// <summary>The endpoints that programs call, not browsers; the feature that has them lists them.</summary>
internal sealed class ProtocolEndpoints
{
    /// <summary>Their paths, without a slash at the end.</summary>
    internal HashSet<string> Paths { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Paths below which each is one too, such as <c>/connect/register</c>; without a slash at the end.</summary>
    internal HashSet<string> Trees { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>
/// Tells a <see cref="Problem"/> to a program: an OAuth error in JSON (RFC 6749 §5.2), with the trace id that the log has.
/// Clients log <c>error_description</c>, so the trace id stands there too.
/// </summary>
internal sealed class ProtocolErrors(IOptions<ProtocolEndpoints> endpoints)
{
    /// <summary>The problems that programs are told. Each code has a page, <c>/errors/CODE</c>, as the refusals have.</summary>
    internal static readonly IReadOnlyList<Problem> Told =
    [
        Problems.BadRequest, Problems.WrongMethod, Problems.TooLarge, Problems.WrongHost, Problems.TooMany, Problems.Unexpected,
        Problems.Unavailable,
    ];

    internal bool Answers(HttpRequest request)
        => request.Path.Value is { } path
            && (endpoints.Value.Paths.Contains(path.TrimEnd('/'))
                || endpoints.Value.Trees.Any(tree => request.Path.StartsWithSegments(tree, StringComparison.OrdinalIgnoreCase)));

    internal static Task WriteAsync(HttpContext context, Problem problem)
    {
        // Nothing is allowed into a cache, whatever the endpoint had planned for its own answer.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = problem.Status;
        var trace = ErrorPage.TraceId(context);
        var (error, description) = For(problem.Status);
        var issuer = context.RequestServices.GetRequiredService<IOptions<IdpOptions>>().Value.Issuer;
        var code = Told.FirstOrDefault(told => told.Code == problem.Code, Problems.BadRequest).Code;
        return context.Response.WriteAsJsonAsync(
            new OAuthError(error, $"{description} (trace {trace})", $"{issuer}errors/{code}", trace),
            OAuthErrorJson.Default.OAuthError,
            "application/json",
            context.RequestAborted);
    }

    /// <summary>What a program is told under a status.</summary>
    internal static (string Error, string Description) For(int status) => status switch
    {
        405 => ("invalid_request", "This endpoint does not have that HTTP method."),
        413 => ("invalid_request", "The request is too large."),
        421 => ("invalid_request", "The Host header does not name this server."),
        429 => ("temporarily_unavailable", "Too many requests. Try again later."),
        503 => ("temporarily_unavailable", "The service is not available just now. Try again later."),
        >= 500 => ("server_error", "Something went wrong here."),
        _ => ("invalid_request", "The request cannot be read."),
    };
}

/// <summary>The members of the answer.</summary>
internal sealed record OAuthError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description,
    [property: JsonPropertyName("error_uri")] string Uri,
    [property: JsonPropertyName("trace_id")] string TraceId);

[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthErrorJson : JsonSerializerContext;
