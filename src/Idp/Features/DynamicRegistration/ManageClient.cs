using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>RFC 7592 §2: a developer reads, replaces and removes the client that a registration access token stands for.</summary>
internal static class ManageClient
{
    /// <summary>Members that only answers have.</summary>
    private static readonly string[] Answered =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    internal static async Task<IResult> ReadAsync(
        HttpContext http, string id, SandboxClients clients, IOptions<IdpOptions> idp, CancellationToken ct)
        => RegistrationAnswers.Token(http.Request) is { } token && await clients.FindAsync(id, token, ct) is { } client
            ? Describe(http, client.Members, token, idp.Value.Issuer, null)
            : RegistrationAnswers.NoToken(http);

    internal static async Task<IResult> ChangeAsync(
        HttpContext http, string id, SandboxClients clients, IOptions<IdpOptions> idp, CancellationToken ct)
    {
        if (RegistrationAnswers.Token(http.Request) is not { } token || await clients.FindAsync(id, token, ct) is not { } client)
        {
            return RegistrationAnswers.NoToken(http);
        }

        if (await RegistrationAnswers.ReadAsync(http.Request, ct) is not { } members)
        {
            return RegistrationAnswers.Unreadable(http);
        }

        var mistakes = new Mistakes();

        // §2.2: "The client MUST include its client_id ... and MUST NOT include" what only the server says.
        mistakes.Require(Is(members["client_id"], JsonValue.Create(id)), "$[0].client_id", "value", "must be the id of this client");
        foreach (var name in Answered.Where(members.ContainsKey))
        {
            mistakes.Add("$[0]." + name, "reserved", "is set by this server");
        }

        // §2.2: "the value of this field MUST match the currently issued client secret". It is never stored, nor chosen by the client.
        if (members.TryGetPropertyValue("client_secret", out var secret))
        {
            mistakes.Require(clients.HasSecret(id, secret), "$[0].client_secret", "value", "must be the present secret of this client, or left out");
            members.Remove("client_secret");
        }

        // What the answer has shown may come back unchanged.
        foreach (var name in SandboxClients.Reserved)
        {
            mistakes.Require(
                !members.ContainsKey(name) || Is(members[name], client.Members[name]), "$[0]." + name, "reserved", "is set by this server");
            members.Remove(name);
            if (client.Members.TryGetPropertyValue(name, out var stored))
            {
                members[name] = stored?.DeepClone();
            }
        }

        if (mistakes.Any)
        {
            return RegistrationAnswers.Wrong(http, mistakes.List);
        }

        if (await clients.ReplaceAsync(members, client.Version, token, ct) is not { } result)
        {
            return RegistrationAnswers.NoToken(http);
        }

        return result.Mistakes.Count > 0
            ? RegistrationAnswers.Wrong(http, result.Mistakes)
            : Describe(http, members, token, idp.Value.Issuer, result.Secrets.GetValueOrDefault(id)?.Reveal());
    }

    internal static async Task<IResult> RemoveAsync(
        HttpContext http, string id, SandboxClients clients, ClientRegistration registration, CancellationToken ct)
        => RegistrationAnswers.Token(http.Request) is { } token && await clients.FindAsync(id, token, ct) is not null
            && await registration.DeleteAsync(id, ClientSecret.Fingerprint(token), ct)
                ? Results.NoContent()
                : RegistrationAnswers.NoToken(http);

    private static IResult Describe(HttpContext http, JsonObject members, string token, string issuer, string? secret)
        => RegistrationAnswers.Client(
            http, StatusCodes.Status200OK, ClientMetadataReader.ReadStored(members.ToJsonString()), members, token, issuer, secret);

    private static bool Is(JsonNode? given, JsonNode? stored) => JsonNode.DeepEquals(given, stored);
}
