using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.Keys;

namespace Moi.Identity.Idp.Tests.Oidc.Keys;

/// <summary>What the tests of the signing keys ask a server and do with it.</summary>
internal static class KeyServer
{
    internal static readonly SigningKeyOptions Defaults = new();

    /// <summary>The time of the announcement, counted from when a key began to sign.</summary>
    internal static readonly TimeSpan UntilAnnounced = Defaults.RotateAfter - Defaults.Announce;

    internal static SigningKeyRing Ring(this OidcServer server) => server.Services.GetRequiredService<SigningKeyRing>();

    internal static KeyRotation Rotation(this OidcServer server) => server.Services.GetRequiredService<KeyRotation>();

    internal static Task DoDueAsync(this OidcServer server) => server.Rotation().DoDueAsync(CancellationToken.None);

    /// <summary>
    /// Moves the clock, days if need be, and lets the servers' timers run as if that had been minutes: every second of months
    /// is too many.
    /// </summary>
    internal static void Move(this OidcServer server, TimeSpan by)
    {
        var few = TimeSpan.FromMinutes(3);
        if (by <= few)
        {
            server.Time.Advance(by);
            return;
        }

        server.Time.AdjustTime(server.Time.GetUtcNow() + by - few);
        server.Time.Advance(few);
    }

    internal static Task AnnounceDueAsync(this OidcServer server) => server.Rotation().AnnounceDueAsync("ES256", CancellationToken.None);

    /// <summary>New keys, which have just begun to sign: of ES256, the others take long to make.</summary>
    internal static async Task RenewAsync(this OidcServer server, params string[] others)
    {
        foreach (var alg in (string[])["ES256", .. others])
        {
            await server.Ring().EnsureAsync(alg, CancellationToken.None);
            if (server.Ring().Schedule(alg).Next is { } next)
            {
                await server.Rotation().RevokeAsync(next.Kid, CancellationToken.None);
            }

            (await server.Rotation().RotateNowAsync(alg, CancellationToken.None)).ShouldBe(KeyOutcome.Replaced);
        }
    }

    /// <summary>The <c>kid</c>s in the key set as it is served.</summary>
    internal static async Task<List<string>> PublishedAsync(this OidcServer server, string alg = "ES256")
    {
        using var http = server.NewBackChannel();
        using var answer = await http.GetAsync("/connect/jwks");
        return [.. (await answer.JsonAsync())["keys"]!.AsArray().Where(k => (string?)k!["alg"] == alg).Select(k => (string)k!["kid"]!)];
    }

    internal static string Signing(this OidcServer server, string alg = "ES256") => server.Ring().Schedule(alg).Signing!.Kid;

    internal static string? Next(this OidcServer server, string alg = "ES256") => server.Ring().Schedule(alg).Next?.Kid;

    /// <summary>The details of the audit events of a key, oldest first, each with its name.</summary>
    internal static async Task<List<(string Name, JsonObject Details)>> EventsOfAsync(this OidcServer server, string kid)
        => await server.Sql.ListAsync(
            "SELECT name, details FROM audit_events WHERE name LIKE 'key.%' AND details LIKE @kid ORDER BY at, id",
            p => p.Add("kid", $"%{kid}%"), row => (row.Text(0), JsonNode.Parse(row.Text(1))!.AsObject()), CancellationToken.None);

    internal static string Kid(string token) => (string)Jwt.Header(token)["kid"]!;

    /// <summary>The logout request of an agency that proves the session with its ID token.</summary>
    internal static string LogoutAddress(this TestAgency agency, string idToken) => QueryHelpers.AddQueryString(
        "/connect/logout",
        new Dictionary<string, string?>
        {
            ["client_id"] = agency.ClientId,
            ["post_logout_redirect_uri"] = agency.Host + "/bye",
            ["id_token_hint"] = idToken,
        });
}
