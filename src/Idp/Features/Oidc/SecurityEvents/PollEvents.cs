using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>RFC 8936: a client fetches its security events and acknowledges those of the last time.</summary>
internal sealed partial class PollEvents(
    SqlDatabase sql, ClientCatalog clients, SecurityEventTokens tokens, IdpMetrics metrics, IOptions<IdpOptions> options, TimeProvider time,
    ILogger<PollEvents> logger)
{
    internal const string Path = "/connect/events/poll";

    private const int MostBytes = 64 * 1024;

    internal static void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapPost(
            Path, (HttpContext http, ClientOfRequest client, PollEvents poll) => poll.AnswerAsync(http, client)).AllowAnonymous();

    private async Task AnswerAsync(HttpContext http, ClientOfRequest authentication)
    {
        var (clientId, refusal, reason) = await authentication.AuthenticateAsync(http);
        if (clientId is null)
        {
            if (refusal is not null)
            {
                http.Response.Headers.WWWAuthenticate = "Bearer, Basic";
                await RefuseAsync(http, StatusCodes.Status401Unauthorized, refusal, reason: reason);
            }

            return;
        }

        if (clients.Find(clientId)?.Metadata.SecurityEvents?.Delivery != SecurityEventSubscription.Poll)
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, ClientRefusals.NoPolling, clientId);
            return;
        }

        PollRequest request;
        try
        {
            request = PollRequest.Read(await ReadBodyAsync(http));
        }
        catch (JsonException e)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, RequestRefusals.Body.With(e.Message), clientId);
            return;
        }

        await NoteAsync(clientId, request, http.RequestAborted);
        await WriteAsync(http, StatusCodes.Status200OK, await AnswerAsync(clientId, request, http.RequestAborted));
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new JsonException("The Content-Type must be application/json.");
        }

        var buffer = new byte[MostBytes + 1];
        var read = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        return read <= MostBytes ? buffer[..read] : throw new JsonException("The body is too large.");
    }

    /// <summary>§2.4: what was acknowledged, or cannot be used, is not sent again.</summary>
    private async Task NoteAsync(string clientId, PollRequest request, CancellationToken ct)
    {
        if (request.Acknowledged.Count + request.Refused.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        var kinds = new List<(string Kind, string Result)>();
        await sql.TransactionAsync(
            async work =>
            {
                foreach (var id in request.Acknowledged)
                {
                    kinds.AddRange((await work.AcknowledgeAsync(clientId, id, null, now, ct)).Select(kind => (kind, "delivered")));
                }

                foreach (var (id, failure) in request.Refused)
                {
                    kinds.AddRange((await work.AcknowledgeAsync(clientId, id, failure, now, ct)).Select(kind => (kind, "refused")));
                    LogUnusable(logger, clientId, failure);
                }

                return true;
            },
            ct);
        kinds.ForEach(k => metrics.NoticeTried(k.Kind, k.Result));
    }

    /// <summary>§2.3: the oldest events first, each under its <c>jti</c>, and whether there are more.</summary>
    private async Task<JsonObject> AnswerAsync(string clientId, PollRequest request, CancellationToken ct)
    {
        var notices = await sql.ListToBePolledAsync(clientId, request.MaxEvents + 1, ct);
        var sets = new JsonObject();
        foreach (var notice in notices.Take(request.MaxEvents))
        {
            sets[SecurityEventTokens.Id(notice)] = await tokens.CreateAsync(notice, ct);
        }

        if (sets.Count > 0)
        {
            await sql.NoteHandedOutAsync(clientId, notices[sets.Count - 1].Id, ct);
        }

        return new JsonObject { ["sets"] = sets, ["moreAvailable"] = notices.Count > request.MaxEvents };
    }

    private Task RefuseAsync(HttpContext http, int status, Refusal refusal, string clientId = "an unknown client", string? reason = null)
    {
        LogRefused(logger, clientId, refusal.Error, reason ?? refusal.Hint, refusal.Code);
        return WriteAsync(http, status, new JsonObject
        {
            ["error"] = refusal.Error,
            ["error_description"] = refusal.Hint,
            ["error_uri"] = ErrorCodes.Address(options.Value.Issuer, refusal.Code),
        });
    }

    private static Task WriteAsync(HttpContext http, int status, JsonObject answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(answer.ToJsonString(), http.RequestAborted);
    }

    [LoggerMessage(EventId = 5701, Level = LogLevel.Warning, Message = "Poll for security events refused: client {ClientId}, {Error}, {Description} ({Code})")]
    private static partial void LogRefused(ILogger logger, string clientId, string error, string description, string code);

    [LoggerMessage(EventId = 5702, Level = LogLevel.Warning, Message = "{ClientId} cannot use a security event: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string clientId, string reason);
}
