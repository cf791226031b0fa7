using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// One line for each request of a program that is refused; the answer names the trace under which it is found. Where the
/// answer says less than we know, the line says more. What browsers bring is logged where it is shown.
/// </summary>
internal sealed partial class LogRefusal(ClientCatalog clients, ILogger<LogRefusal> logger) : IOpenIddictServerHandler<ProcessErrorContext>
{
    public ValueTask HandleAsync(ProcessErrorContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Authorization or OpenIddictServerEndpointType.EndSession
            || IsAnAnswer(context))
        {
            return ValueTask.CompletedTask;
        }

        var trace = ErrorPage.TraceId(context.Transaction.GetHttpRequest()!.HttpContext);
        context.Response["trace_id"] = trace;

        // What is wrong with a code or a refresh token is renamed by the engine on its way out; the log says what was sent.
        var error = context is { EndpointType: OpenIddictServerEndpointType.Token, Response.Error: Errors.InvalidToken }
            ? Errors.InvalidGrant
            : context.Response.Error;
        var code = ErrorCodes.At(context.Response.ErrorUri!);
        LogRefused(
            logger, LevelOf(error), context.EndpointType, clients.NameInLog(context.Transaction.Request?.ClientId), code, error,
            Refusing.ReasonOf(context.Transaction, code) ?? context.Response.ErrorDescription, trace);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// RFC 7662 §2.2 and RFC 7009 §2.2: a token that is no longer good is not an error there. RFC 8628 §3.5: nor is it one
    /// that a citizen has not answered a device yet.
    /// </summary>
    private static bool IsAnAnswer(ProcessErrorContext context)
        => context.EndpointType switch
        {
            OpenIddictServerEndpointType.Introspection or OpenIddictServerEndpointType.Revocation =>
                context.Response.Error == Errors.InvalidToken,
            OpenIddictServerEndpointType.Token => context.Response.Error is Errors.AuthorizationPending or Errors.SlowDown,
            _ => false,
        };

    /// <summary>RFC 9449 §8: every client is told its first nonce by an error.</summary>
    private static LogLevel LevelOf(string? error) => error == "use_dpop_nonce" ? LogLevel.Debug : LogLevel.Warning;

    [LoggerMessage(EventId = 5001, Message = "{Endpoint} refused {ClientId}: {Error}, {Description} ({Code}, trace {TraceId})")]
    private static partial void LogRefused(
        ILogger logger, LogLevel level, OpenIddictServerEndpointType endpoint, string clientId, string code, string? error, string? description, string traceId);
}
