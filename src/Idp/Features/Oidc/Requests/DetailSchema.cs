using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Discovery;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// The JSON Schema (2020-12) of a registered type of authorization details, made from its fields, for the developers of clients:
/// what <see cref="AuthorizationDetails.Read"/> accepts, it accepts.
/// </summary>
/// <remarks>It is the looser one in two points that JSON Schema cannot say portably: unassigned and private characters in a text, and
/// whether a text of more than 200 UTF-16 units is one of fewer characters.</remarks>
internal static class DetailSchema
{
    internal const string Path = "/connect/authorization-details";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    internal static void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapGet(
            Path, (HttpContext http, ClientCatalog clients, IOptions<IdpOptions> options) => AnswerAsync(http, clients, options.Value.Issuer)).AllowAnonymous();

    private static Task AnswerAsync(HttpContext http, ClientCatalog clients, string issuer)
    {
        if (http.Request.Query["type"] is not [{ } name] || clients.FindDetailType(name) is not { } found)
        {
            var refusal = TargetRefusals.DetailsType;
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return http.Response.WriteAsJsonAsync(
                new OAuthError(refusal.Error, refusal.Hint, ErrorCodes.Address(issuer, refusal.Code), ErrorPage.TraceId(http)),
                OAuthErrorJson.Default.OAuthError, cancellationToken: http.RequestAborted);
        }

        var schema = Of(found.Type, found.Resource.Identifier);
        schema["$id"] = $"{issuer}{Path[1..]}?type={Uri.EscapeDataString(name)}";
        return new PublishedDocument("application/schema+json", JsonSerializer.SerializeToUtf8Bytes(schema, Readable)).WriteAsync(http);
    }

    /// <summary>The schema of one element of <c>authorization_details</c>.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="resource">The identifier of the protected resource that the type belongs to.</param>
    internal static JsonObject Of(AuthorizationDetailType type, string resource)
    {
        var members = new JsonObject
        {
            ["type"] = new JsonObject { ["const"] = type.Name },
            ["locations"] = new JsonObject { ["const"] = new JsonArray(resource) },
        };
        foreach (var field in type.Fields)
        {
            var schema = Of(field);
            schema["title"] = field.TextEn;
            members[field.Name] = schema;
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = type.TextEn,
            ["type"] = "object",
            ["properties"] = members,
            ["required"] = new JsonArray(["type", .. type.Fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name)]),
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject Of(AuthorizationDetailField field) => field.Kind switch
    {
        AuthorizationDetailField.Text => Text("""^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$(?!\n)""", maximum: 200),
        AuthorizationDetailField.Choice => new JsonObject { ["enum"] = Choices(field) },
        AuthorizationDetailField.ChoiceList => new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["enum"] = Choices(field) },
            ["minItems"] = 1,
            ["uniqueItems"] = true,
        },
        AuthorizationDetailField.Amount => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["currency"] = Text("""^[A-Z]{3}$(?!\n)"""),
                ["amount"] = Text("""^(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?$(?!\n)"""),
            },
            ["required"] = new JsonArray("currency", "amount"),
            ["additionalProperties"] = false,
        },
        AuthorizationDetailField.Date => Date(),
        _ => new JsonObject { ["not"] = new JsonObject() },
    };

    private static JsonObject Date()
    {
        var date = Text("""^(?:19(?:1[2-9]|[2-9][0-9])|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}$(?!\n)""");
        date["format"] = "date";
        return date;
    }

    private static JsonObject Text(string pattern, int? maximum = null)
    {
        var text = new JsonObject { ["type"] = "string", ["pattern"] = pattern };
        if (maximum is { } most)
        {
            text["maxLength"] = most;
        }

        return text;
    }

    private static JsonArray Choices(AuthorizationDetailField field) => new([.. field.Choices.Select(choice => (JsonNode)choice.Value)]);
}
