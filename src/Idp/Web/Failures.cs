using System.Data.Common;
using Microsoft.Data.Sqlite;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// The last place an exception reaches, and the page for answers that carry a status and nothing else. One log line
/// for each failure, with the trace id that the answer shows; never a stack trace to the outside.
/// </summary>
internal sealed partial class Failures(RequestDelegate next, ProtocolErrors protocol, ILogger<Failures> logger)
{
    /// <summary>PostgreSQL's read_only_sql_transaction: a primary that was demoted. The next one is on its way.</summary>
    private const string TakesNoWrites = "25006";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (IsBareError(context.Response))
            {
                await AnswerBareErrorAsync(context, Problems.ForStatus(context.Response.StatusCode));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser went away; there is nobody to tell and nothing wrong.
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : 499;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var problem = ProblemFor(exception);
            Log(context, exception, problem);
            context.Response.Clear();
            if (problem == Problems.Unavailable)
            {
                context.Response.Headers.RetryAfter = "10";
            }

            await (protocol.Answers(context.Request) ? ProtocolErrors.WriteAsync(context, problem) : ErrorPage.WriteAsync(context, problem));
        }
    }

    private Task AnswerBareErrorAsync(HttpContext context, Problem problem)
    {
        if (!protocol.Answers(context.Request))
        {
            return ErrorPage.WriteAsync(context, problem);
        }

        LogRefused(logger, problem.Code, context.Request.Path, "answered without a word", ErrorPage.TraceId(context));
        return ProtocolErrors.WriteAsync(context, problem);
    }

    /// <summary>Answers of protocol endpoints say what is wrong in a header or a body and are left alone.</summary>
    private static bool IsBareError(HttpResponse response)
        => !response.HasStarted
            && response.StatusCode is >= 400 and < 600 and not 499
            && response.ContentLength is null or 0
            && response.ContentType is null
            && response.Headers.WWWAuthenticate.Count == 0;

    private static Problem ProblemFor(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case BadHttpRequestException bad:
                    return Problems.ForStatus(bad.StatusCode);
                // The form reader's own limits: too many fields, too long names, parts that do not end.
                case InvalidDataException:
                    return Problems.BadRequest;
                case DbException { IsTransient: true } or DbException { SqlState: TakesNoWrites } or ShortLivedStoreException:
                case SqliteException sqlite when IsAway(sqlite):
                    return Problems.Unavailable;
            }
        }

        return Problems.Unexpected;
    }

    /// <summary>The file cannot be used just now: locked, or its disk is full, read-only, broken or gone.</summary>
    private static bool IsAway(SqliteException e) => e.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14;

    private void Log(HttpContext context, Exception exception, Problem problem)
    {
        var endpoint = context.GetEndpoint()?.DisplayName ?? "no endpoint";
        var traceId = ErrorPage.TraceId(context);
        if (problem.Status < 500)
        {
            LogRefused(logger, problem.Code, endpoint, exception.Message, traceId);
        }
        else
        {
            LogFailed(logger, exception, problem.Code, endpoint, traceId);
        }
    }

    [LoggerMessage(EventId = 9000, Level = LogLevel.Error, Message = "{Code} at {Endpoint} (trace {TraceId})")]
    private static partial void LogFailed(ILogger logger, Exception e, string code, string endpoint, string traceId);

    [LoggerMessage(EventId = 9001, Level = LogLevel.Warning, Message = "{Code} at {Endpoint}: {Reason} (trace {TraceId})")]
    private static partial void LogRefused(ILogger logger, string code, string endpoint, string reason, string traceId);
}
