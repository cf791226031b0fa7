using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>The grants: code, refresh with rotation, client credentials, token exchange. Access tokens are JWTs (RFC 9068).</summary>
internal sealed partial class FakeProvider
{
    private readonly ConcurrentDictionary<string, (Persona Persona, string? Jkt)> _accessTokens = new();
    private readonly ConcurrentDictionary<string, (Persona Persona, string Scope)> _refreshTokens = new();

    internal int AccessTokenSeconds { get; set; } = 300;

    /// <summary>Answers an OAuth error to the next grants of this type.</summary>
    internal (string GrantType, int Status, string Body)? TokenError { get; set; }

    internal Action<JsonObject> BendTokenResponse { get; set; } = _ => { };

    /// <summary>Bends the access token.</summary>
    internal Action<JwtDraft> BendAccessToken { get; set; } = _ => { };

    /// <summary>Happens while a refresh is under way.</summary>
    internal Func<Task> DuringRefresh { get; set; } = () => Task.CompletedTask;

    /// <summary>The forms that passed client authentication, in their order.</summary>
    internal ConcurrentQueue<IReadOnlyDictionary<string, string>> TokenRequests { get; } = new();

    internal int CountOf(string grantType) => TokenRequests.Count(form => form["grant_type"] == grantType);

    /// <summary>As after a sign-out or a revocation: no refresh token works any more.</summary>
    internal void ForgetRefreshTokens() => _refreshTokens.Clear();

    /// <summary>An access token that this provider knows, as if it had been issued to a client.</summary>
    internal string IssueTo(Persona persona, string clientId, string audience)
    {
        var token = NewAccessToken(persona.Subject, clientId, "taxes.read", audience, null).Write();
        _accessTokens[token] = (persona, null);
        return token;
    }

    internal JwtDraft NewAccessToken(string subject, string clientId, string scope, string audience, string? jkt)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var token = new JwtDraft(_key, Kid)
        {
            Header = { ["typ"] = "at+jwt" },
            Payload = new JsonObject
            {
                ["iss"] = Issuer,
                ["sub"] = subject,
                ["aud"] = audience,
                ["client_id"] = clientId,
                ["scope"] = scope,
                ["iat"] = now,
                ["exp"] = now + AccessTokenSeconds,
                ["jti"] = Random(),
            },
        };
        if (jkt is not null)
        {
            token.Payload["cnf"] = new JsonObject { ["jkt"] = jkt };
        }

        return token;
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await FormAsync(context);
        if (!await IsAuthenticatedAsync(context, form))
        {
            return TypedResults.Json(new { error = "invalid_client" }, statusCode: 401);
        }

        if (ProofError(context, "/token", out var jkt, null) is { } refusal)
        {
            return refusal;
        }

        TokenRequests.Enqueue(form);
        if (TokenError is { } error && error.GrantType == form["grant_type"])
        {
            return TypedResults.Text(error.Body, error.Body.StartsWith('{') ? "application/json" : "text/html", Encoding.UTF8, error.Status);
        }

        return form["grant_type"] switch
        {
            "authorization_code" => await CodeAsync(form, jkt),
            "refresh_token" => await RefreshAsync(form, jkt),
            "client_credentials" => Issue(form, new Persona(form["client_id"], ""), form.GetValueOrDefault("scope", ""), jkt),
            "urn:ietf:params:oauth:grant-type:token-exchange" => Exchange(form, jkt),
            _ => TypedResults.Json(new { error = "unsupported_grant_type" }, statusCode: 400),
        };
    }

    private async Task<IResult> CodeAsync(Dictionary<string, string> form, string? jkt)
    {
        if (!_codes.TryRemove(form["code"], out var code)
            || form["redirect_uri"] != code.Request["redirect_uri"]
            || code.Request.GetValueOrDefault("dpop_jkt") != jkt
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) != code.Request["code_challenge"])
        {
            return TypedResults.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        var idToken = NewIdToken(code.Persona, code.Request["client_id"], code.Request["nonce"]);
        BendIdToken(idToken);
        await BeforeTokenResponse();
        return Issue(form, code.Persona, code.Request["scope"], jkt, ("id_token", idToken.Write()));
    }

    private async Task<IResult> RefreshAsync(Dictionary<string, string> form, string? jkt)
    {
        // RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted". What is refused so is not used up.
        if (_refreshTokens.TryGetValue(form["refresh_token"], out var known)
            && form.TryGetValue("scope", out var asked)
            && asked.Split(' ').Except(known.Scope.Split(' ')).Any())
        {
            return TypedResults.Json(new { error = "invalid_scope" }, statusCode: 400);
        }

        // Rotation: the token works once, and whoever sends it again loses.
        if (!_refreshTokens.TryRemove(form["refresh_token"], out var grant))
        {
            return TypedResults.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        await DuringRefresh();
        return Issue(form, grant.Persona, grant.Scope, jkt);
    }

    private IResult Exchange(Dictionary<string, string> form, string? jkt) =>
        form["subject_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        && _accessTokens.TryGetValue(form["subject_token"], out var subject)
            ? Issue(form, subject.Persona, form.GetValueOrDefault("scope", ""), jkt, ("issued_token_type", "urn:ietf:params:oauth:token-type:access_token"))
            : TypedResults.Json(new { error = "invalid_request" }, statusCode: 400);

    private JsonHttpResult<JsonObject> Issue(Dictionary<string, string> form, Persona persona, string granted, string? jkt, params (string Name, string Value)[] more)
    {
        var scope = form.GetValueOrDefault("scope", granted);
        var draft = NewAccessToken(
            persona.Subject, form["client_id"], scope, form.GetValueOrDefault("resource") ?? form.GetValueOrDefault("audience") ?? Issuer, jkt);
        draft.Payload["acr"] = persona.Acr;
        draft.Payload["auth_time"] = (_time.GetUtcNow() - persona.Touched).ToUnixTimeSeconds();
        BendAccessToken(draft);
        var token = draft.Write();
        _accessTokens[token] = (persona, jkt);
        var answer = new JsonObject
        {
            ["access_token"] = token,
            ["token_type"] = jkt is null ? "Bearer" : "DPoP",
            ["expires_in"] = AccessTokenSeconds,
        };
        if (granted.Split(' ').Contains("offline_access"))
        {
            var refresh = Random();
            _refreshTokens[refresh] = (persona, granted);
            answer["refresh_token"] = refresh;
        }

        foreach (var (name, value) in more)
        {
            answer[name] = value;
        }

        BendTokenResponse(answer);
        return TypedResults.Json(answer);
    }

    private IResult UserInfo(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString().Split(' ', 2);
        if (header is not [var scheme, var value] || !_accessTokens.TryGetValue(value, out var token) || scheme != (token.Jkt is null ? "Bearer" : "DPoP"))
        {
            return TypedResults.Unauthorized();
        }

        if (token.Jkt is not null && ProofError(context, "/userinfo", out _, token.Jkt, value) is { } refusal)
        {
            return refusal;
        }

        var claims = new JsonObject { ["sub"] = token.Persona.Subject, ["nickname"] = token.Persona.Nickname };
        BendUserInfo(claims);
        return TypedResults.Json(claims);
    }
}
