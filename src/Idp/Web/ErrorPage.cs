using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// Shows a <see cref="Problem"/>: what happened, why, what to do, its code and the trace id. From a page model
/// <c>return new ErrorPage(problem);</c>, from an endpoint the same, from anywhere else <see cref="WriteAsync"/>.
/// </summary>
internal sealed class ErrorPage(Problem problem) : IActionResult, IResult
{
    public Task ExecuteResultAsync(ActionContext context) => WriteAsync(context.HttpContext, problem);

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem);

    /// <summary>The id under which the logs and traces of this request are found.</summary>
    internal static string TraceId(HttpContext context)
        => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    /// <summary>Answers with the page, or with problem details (RFC 9457) when the client asks for JSON only.</summary>
    internal static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        Activity.Current?.SetTag("moi.problem", problem.Code);
        return WantsJson(context.Request)
            ? WriteJsonAsync(context, problem)
            : View.WriteAsync(context, "/Web/Problem.cshtml", problem, problem.Status);
    }

    private static Task WriteJsonAsync(HttpContext context, Problem problem)
    {
        var text = new ProblemTexts(context.RequestServices.GetRequiredService<IStringLocalizerFactory>(), problem);
        return TypedResults.Problem(
            title: text.Title,
            detail: text.What,
            statusCode: problem.Status,
            extensions: new Dictionary<string, object?>
            {
                ["code"] = problem.Code,
                ["traceId"] = TraceId(context),
            }).ExecuteAsync(context);
    }

    private static bool WantsJson(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return accepted.Any(type => type.MatchesMediaType("application/json") && !type.MatchesAllTypes)
            && !accepted.Any(type => type.MediaType == "text/html");
    }
}

/// <summary>The words of a problem in the language of the request.</summary>
internal sealed class ProblemTexts(IStringLocalizerFactory texts, Problem problem)
{
    private readonly IStringLocalizer _own = texts.Create(problem.Texts);
    private readonly IStringLocalizer _common = texts.Create(typeof(Problems));

    internal string Title => Required("Title");

    internal string What => Required("What");

    internal string? Why => Find($"{problem.Key}.Why");

    internal string Next => Required("Next");

    internal string this[WayOn way] => Find(way.Key) ?? _common[way.Key];

    private string Required(string part) => Find($"{problem.Key}.{part}") ?? $"{problem.Key}.{part}";

    private string? Find(string key)
    {
        var text = _own[key, [.. problem.Arguments]];
        return text.ResourceNotFound ? null : text.Value;
    }
}
