using System.Text.Json;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>A signed request that was accepted.</summary>
/// <param name="ClientId">Who signed it.</param>
/// <param name="JwtId">Its <c>jti</c>, if it has one: it is good once.</param>
/// <param name="ExpiresAt">Until when the use of it is remembered.</param>
/// <param name="Request">What it asks for.</param>
internal sealed record SignedRequest(string ClientId, string? JwtId, DateTimeOffset ExpiresAt, OpenIddictRequest Request);

/// <summary>RFC 9101 §6 (JWT-Secured Authorization Request), by value, with the times of FAPI 2.0 Message Signing §5.3.1.</summary>
internal sealed class RequestObject(RemoteKeys remote, IOptions<IdpOptions> options, TimeProvider time)
{
    internal const string Type = "oauth-authz-req+jwt";

    private const int MostCharacters = 16 * 1024;
    private const int LongestJti = 256;

    /// <summary>Claims about the JWT itself; the rest are the parameters.</summary>
    private static readonly HashSet<string> AboutTheJwt =
        [Claims.Issuer, Claims.Audience, Claims.ExpiresAt, Claims.NotBefore, Claims.IssuedAt, Claims.JwtId];

    /// <summary>§6.3: never inside. <c>sub</c> would let a client assertion pass as a request (§10.8).</summary>
    private static readonly HashSet<string> NeverInside =
    [
        Parameters.Request, Parameters.RequestUri, Claims.Subject, Parameters.ClientAssertion, Parameters.ClientAssertionType,
        Parameters.ClientSecret,
    ];

    /// <summary>Verifies and reads it.</summary>
    /// <returns>The request, or what is wrong.</returns>
    internal async Task<(SignedRequest? Accepted, Refusal? Mistake)> ReadAsync(Client client, string text, CancellationToken ct)
    {
        if (SignedJwt.Read(text, MostCharacters) is not { } jwt)
        {
            return (null, RequestObjectRefusals.Unreadable);
        }

        if (!await IsSignedAsync(client, jwt, ct))
        {
            return (null, RequestObjectRefusals.Signature);
        }

        if (jwt.Claims is not { } claims)
        {
            return (null, RequestObjectRefusals.NotAnObject);
        }

        // §4: "The Request Object MUST contain ... iss and aud"; §5: "the client_id values ... MUST be identical".
        if (claims.Text(Claims.Issuer) != client.Id || claims.Text(Parameters.ClientId) != client.Id)
        {
            return (null, RequestObjectRefusals.Issuer);
        }

        // FAPI 2.0 Message Signing §5.3.1: "an array containing the authorization server's issuer identifier" will do, too.
        // SECURITY: our issuer and no address of an endpoint, so that a request made for another server alone is none here.
        if (!claims.Includes(Claims.Audience, options.Value.Issuer))
        {
            return (null, RequestObjectRefusals.Audience.With(options.Value.Issuer));
        }

        var now = time.GetUtcNow();
        if (claims.Time(Claims.ExpiresAt) is not { } expires || expires <= now - Lifetimes.ClockSkew || expires > now + Lifetimes.RequestObject)
        {
            return (null, RequestObjectRefusals.Expiry.With(Lifetimes.RequestObject.TotalMinutes));
        }

        if (claims.IsAhead(Claims.NotBefore, now) || claims.IsAhead(Claims.IssuedAt, now))
        {
            return (null, RequestObjectRefusals.Ahead);
        }

        if (claims.Time(Claims.NotBefore) is { } from
            ? from < now - Lifetimes.OldestRequestObject || expires > from + Lifetimes.OldestRequestObject
            : client.Profile.RequiresNotBeforeInRequests)
        {
            return (null, RequestObjectRefusals.TooOld.With(Lifetimes.OldestRequestObject.TotalMinutes));
        }

        var jti = claims.Text(Claims.JwtId);
        if (claims.Has(Claims.JwtId) && jti is not { Length: > 0 and <= LongestJti })
        {
            return (null, RequestObjectRefusals.Id.With(LongestJti));
        }

        return AsForm(claims.Claims) is { } request
            ? (new SignedRequest(client.Id, jti, expires, request), null)
            : (null, RequestObjectRefusals.Content);
    }

    private async Task<bool> IsSignedAsync(Client client, SignedJwt jwt, CancellationToken ct)
        => jwt.Type is null or Type
            && await remote.HaveSignedAsync(client, jwt, client.RequestObjectAlgs, ct);

    /// <summary>Its members as they would stand in a form: numbers, objects and arrays as their JSON text.</summary>
    private static OpenIddictRequest? AsForm(JsonElement claims)
    {
        var parameters = new List<KeyValuePair<string, string?>>();
        foreach (var member in claims.EnumerateObject())
        {
            if (AboutTheJwt.Contains(member.Name))
            {
                continue;
            }

            if (NeverInside.Contains(member.Name) || member.Value.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            // RFC 8707 §2: in a request object, several resources are an array.
            if (member.Name == Parameters.Resource && member.Value.ValueKind == JsonValueKind.Array)
            {
                if (member.Value.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.String))
                {
                    return null;
                }

                parameters.AddRange(member.Value.EnumerateArray().Select(value => KeyValuePair.Create(member.Name, value.GetString())));
                continue;
            }

            parameters.Add(KeyValuePair.Create(
                member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText()));
        }

        return new OpenIddictRequest(parameters);
    }
}
