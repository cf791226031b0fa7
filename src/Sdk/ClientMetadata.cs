using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Moi.Identity.Keys;
using Moi.Identity.Tokens;

namespace Moi.Identity;

/// <summary>GET /moi/client.json: what the provider must know of this client, as RFC 7591 §2 metadata in a JSON array, ready for <c>clients apply</c>.</summary>
internal static class ClientMetadata
{
    internal static IResult Handle(
        HttpContext context, IOptions<MoiIdentityOptions> options, IHostEnvironment environment, ClientCertificate certificate,
        IEnumerable<UsedGrant> usedGrants)
    {
        var moi = options.Value;
        var prefix = moi.PublicOrigin + context.Request.PathBase;
        var client = new JsonObject
        {
            ["client_id"] = moi.ClientId,
            ["client_name"] = moi.ClientName ?? environment.ApplicationName,
        };
        AddNames(client, "client_name", moi.ClientNames);

        if (moi.SignsCitizensIn)
        {
            client["redirect_uris"] = new JsonArray(prefix + MoiIdentityDefaults.CallbackPath);
            client["post_logout_redirect_uris"] = new JsonArray(prefix + MoiIdentityDefaults.SignedOutPath);
            client["backchannel_logout_uri"] = prefix + MoiIdentityDefaults.BackChannelLogoutPath;
            client["backchannel_logout_session_required"] = true;
            client["response_types"] = new JsonArray("code");
            client["require_pushed_authorization_requests"] = !moi.UnsafeAllowWithoutPar;
        }

        var used = usedGrants.ToArray();
        if (Scopes(moi, used) is { Length: > 0 } scopes)
        {
            client["scope"] = string.Join(' ', scopes);
        }

        client["jwks_uri"] = prefix + MoiIdentityDefaults.JwksPath;
        client["token_endpoint_auth_method"] = moi.TokenEndpointAuthMethod;
        if (certificate.ToSubjectName() is { } subject)
        {
            client["tls_client_auth_subject_dn"] = subject;
        }

        client["grant_types"] = new JsonArray([.. Grants(moi, used).Select(grant => JsonValue.Create(grant))]);
        if (moi.Dpop)
        {
            // RFC 9449 §5.2.
            client["dpop_bound_access_tokens"] = true;
        }

        if (moi.BindsTokensToCertificate)
        {
            // RFC 8705 §3.4.
            client["tls_client_certificate_bound_access_tokens"] = true;
        }

        if (moi.SignedRequests)
        {
            // RFC 9101 §10.5.
            client["require_signed_request_object"] = true;
        }

        if (moi.Agency is { } agency)
        {
            client["moi_agency"] = agency;
            client["moi_agency_name"] = moi.AgencyName ?? agency;
            AddNames(client, "moi_agency_name", moi.AgencyNames);
        }

        client["moi_profile"] = moi.Profile;
        return TypedResults.Json(new JsonArray(client), ClientMetadataJson.Options);
    }

    private static IEnumerable<string> Grants(MoiIdentityOptions moi, IEnumerable<UsedGrant> used)
    {
        IEnumerable<string> ofTheSignIn = !moi.SignsCitizensIn ? []
            : moi.EffectiveScopes.Contains("offline_access", StringComparer.Ordinal) ? ["authorization_code", "refresh_token"]
            : ["authorization_code"];
        return ofTheSignIn.Concat(used.Select(grant => grant.GrantType)).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Those of the sign-in, and what the application asks for in its own name or passes a citizen's token on for.</summary>
    private static string[] Scopes(MoiIdentityOptions moi, IEnumerable<UsedGrant> used)
    {
        IEnumerable<string> ofTheSignIn = moi.SignsCitizensIn ? moi.EffectiveScopes : moi.Scopes;
        return [.. ofTheSignIn
            .Concat(used.SelectMany(grant => grant.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>RFC 7591 §2.2: a name in another language is a member of its own, with the language tag after a hash sign.</summary>
    private static void AddNames(JsonObject client, string member, IDictionary<string, string> names)
    {
        foreach (var (language, name) in names)
        {
            client[member + "#" + language] = name;
        }
    }
}

internal static class ClientMetadataJson
{
    /// <summary>Names stay readable: the document is JSON, never embedded in HTML.</summary>
    internal static readonly System.Text.Json.JsonSerializerOptions Options = new(System.Text.Json.JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };
}
