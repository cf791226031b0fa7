using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>The answers of RFC 7591 §3.2 and RFC 7592 §3, and how requests are read.</summary>
internal static class RegistrationAnswers
{
    private const int MostBytes = 64 * 1024;
    private const int TokenLength = 43;

    /// <summary>The bearer token of the request, if it looks like one of ours.</summary>
    internal static string? Token(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        return header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length == 7 + TokenLength
            ? header[7..]
            : null;
    }

    /// <summary>The body as a JSON object, or nothing.</summary>
    internal static async Task<JsonObject?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
        {
            return null;
        }

        var buffer = new byte[MostBytes + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        try
        {
            return read <= MostBytes ? ClientMetadataReader.Parse(buffer[..read]) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>RFC 6750 §3.1: the token is missing, over, or of another client; which one is not said.</summary>
    internal static IResult NoToken(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return Error(http, StatusCodes.Status401Unauthorized, RegistrationRefusals.Token);
    }

    /// <summary>RFC 7591 §3.2.2: what is wrong, member by member.</summary>
    internal static IResult Wrong(HttpContext http, IReadOnlyList<Mistake> mistakes)
    {
        var isAboutAddresses = mistakes.All(m => m.Path.Contains("redirect_uris", StringComparison.Ordinal));
        var refusal = isAboutAddresses ? RegistrationRefusals.RedirectUris : RegistrationRefusals.Metadata;
        return Error(http, StatusCodes.Status400BadRequest, refusal.With(string.Join("; ", mistakes.Take(10).Select(m => m.ToString()))));
    }

    internal static IResult Unreadable(HttpContext http) => Error(http, StatusCodes.Status400BadRequest, RegistrationRefusals.Unreadable);

    /// <summary>The registration with the values that are in force.</summary>
    internal static IResult Client(
        HttpContext http, int status, ClientMetadata metadata, JsonObject members, string token, string issuer, string? secret)
    {
        var answer = (JsonObject)members.DeepClone();
        answer["client_id"] = metadata.ClientId;
        answer["grant_types"] = List(metadata.GrantTypes);
        answer["response_types"] = List(metadata.ResponseTypes);
        answer["token_endpoint_auth_method"] = metadata.TokenEndpointAuthMethod;
        answer["id_token_signed_response_alg"] = metadata.IdTokenSignedResponseAlg;
        answer["subject_type"] = metadata.SubjectType;
        answer["scope"] = string.Join(' ', metadata.Scopes);
        answer["registration_client_uri"] = issuer + "connect/register/" + metadata.ClientId;
        answer["registration_access_token"] = token;
        if (secret is not null)
        {
            answer["client_secret"] = secret;
            answer["client_secret_expires_at"] = 0;
        }

        NoStore(http);
        return Results.Text(answer.ToJsonString(), "application/json", statusCode: status);
    }

    private static IResult Error(HttpContext http, int status, Refusal refusal)
    {
        NoStore(http);
        var issuer = http.RequestServices.GetRequiredService<IOptions<IdpOptions>>().Value.Issuer;
        return Results.Json(
            new OAuthError(refusal.Error, refusal.Hint, ErrorCodes.Address(issuer, refusal.Code), ErrorPage.TraceId(http)),
            OAuthErrorJson.Default.OAuthError, statusCode: status);
    }

    private static void NoStore(HttpContext http) => http.Response.Headers[HeaderNames.CacheControl] = "no-store";

    private static JsonArray List(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)JsonValue.Create(value))]);
}
