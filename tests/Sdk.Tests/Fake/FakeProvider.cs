using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>
/// An OpenID provider with the real protocol over real HTTP and keys made for the occasion: pushed requests, PKCE and client
/// assertions are checked, and the chosen persona agrees at once. Valid by default; a test bends one thing.
/// </summary>
internal sealed partial class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _pushed = new();
    private readonly ConcurrentDictionary<string, (Dictionary<string, string> Request, Persona Persona)> _codes = new();
    private readonly Lock _gate = new();
    private int _discoveryCount;
    private ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new(LocalhostHttp.Handler());

    private FakeProvider(TimeProvider time, WebApplication app, string origin)
    {
        _time = time;
        _app = app;
        Origin = origin;
        Issuer = origin + "/";
    }

    internal string Origin { get; }

    /// <summary>With the final slash that some providers add.</summary>
    internal string Issuer { get; set; }

    internal string JwksUri { get; set; } = "";

    /// <summary>Clients beside the agency, and where their keys are.</summary>
    internal Dictionary<string, string> OtherClients { get; } = [];

    internal Persona Persona { get; set; } = Persona.First;

    /// <summary>Bends what is added to the redirect address.</summary>
    internal Action<Dictionary<string, string?>> BendAnswer { get; set; } = _ => { };

    /// <summary>Bends the ID token.</summary>
    internal Action<JwtDraft> BendIdToken { get; set; } = _ => { };

    internal Action<JsonObject> BendUserInfo { get; set; } = _ => { };

    internal Action<JsonObject> BendDiscovery { get; set; } = _ => { };

    /// <summary>Happens before the discovery document is sent.</summary>
    internal Func<Task> BeforeDiscovery { get; set; } = () => Task.CompletedTask;

    /// <summary>How often the discovery document was asked for.</summary>
    internal int DiscoveryCount => _discoveryCount;

    /// <summary>Takes the signing key out of the key set and signs with another from now on.</summary>
    internal void ReplaceKey() => _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Happens after the ID token was made and before it is sent.</summary>
    internal Func<Task> BeforeTokenResponse { get; set; } = () => Task.CompletedTask;

    /// <summary>Answers an OAuth error instead of a code.</summary>
    internal string? AuthorizeError { get; set; }

    internal string? PushError { get; set; }

    /// <summary>Answers this status and a page for people, as a proxy in front of a provider does.</summary>
    internal (string Path, int Status)? Away { get; set; }

    /// <summary>The form of the last pushed request.</summary>
    internal IReadOnlyDictionary<string, string> LastPushed { get; private set; } = new Dictionary<string, string>();

    internal IReadOnlyDictionary<string, string> LastAuthorize { get; private set; } = new Dictionary<string, string>();

    internal IReadOnlyDictionary<string, string> LastEndSession { get; private set; } = new Dictionary<string, string>();

    internal List<JsonWebToken> Assertions { get; } = [];

    internal int AuthorizeCount { get; private set; }

    internal static async Task<FakeProvider> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var origin = $"http://idp.localhost:{FreePort.Next()}";
        var mutualTlsPort = FreePort.Next();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(new Uri(origin).Port);
            ListenWithMutualTls(kestrel, mutualTlsPort);
        });
        var app = builder.Build();
        var provider = new FakeProvider(time, app, origin) { MutualTlsOrigin = $"https://idp.localhost:{mutualTlsPort}" };
        provider.Map();
        await app.StartAsync();
        return provider;
    }

    internal JwtDraft NewLogoutToken(string clientId = "agency")
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return new JwtDraft(_key, Kid)
        {
            Header = { ["typ"] = "logout+jwt" },
            Payload = new JsonObject
            {
                ["iss"] = Issuer,
                ["aud"] = clientId,
                ["iat"] = now,
                ["exp"] = now + 120,
                ["jti"] = Random(),
                ["sid"] = Persona.Sid,
                ["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() },
            },
        };
    }

    internal async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _http.Dispose();
    }

    private string Kid => Base64UrlEncoder.Encode(new ECDsaSecurityKey(_key).ComputeJwkThumbprint());

    private static string Random() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));

    private void Map()
    {
        _app.Use(async (context, next) =>
        {
            if (Away is { } away && context.Request.Path == away.Path)
            {
                await TypedResults.Text("<html>busy</html>", "text/html", null, away.Status).ExecuteAsync(context);
                return;
            }

            await next(context);
        });
        _app.MapGet("/.well-known/openid-configuration", DiscoveryAsync);
        _app.MapGet("/jwks", Jwks);
        _app.MapPost("/par", (Delegate)PushAsync);
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", (Delegate)TokenAsync);
        _app.MapGet("/userinfo", UserInfo);
        _app.MapGet("/logout", EndSession);
    }

    private async Task<JsonHttpResult<JsonObject>> DiscoveryAsync()
    {
        Interlocked.Increment(ref _discoveryCount);
        await BeforeDiscovery();
        var document = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Origin + "/authorize",
            ["token_endpoint"] = Origin + "/token",
            ["userinfo_endpoint"] = Origin + "/userinfo",
            ["end_session_endpoint"] = Origin + "/logout",
            ["jwks_uri"] = Origin + "/jwks",
            ["pushed_authorization_request_endpoint"] = Origin + "/par",
            ["authorization_response_iss_parameter_supported"] = true,
            ["mtls_endpoint_aliases"] = new JsonObject
            {
                ["token_endpoint"] = MutualTlsOrigin + "/token",
                ["pushed_authorization_request_endpoint"] = MutualTlsOrigin + "/par",
                ["userinfo_endpoint"] = MutualTlsOrigin + "/userinfo",
            },
        };
        BendDiscovery(document);
        return TypedResults.Json(document);
    }

    private JsonHttpResult<JsonObject> Jwks()
    {
        var q = _key.ExportParameters(false).Q;
        var key = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64UrlEncoder.Encode(q.X),
            ["y"] = Base64UrlEncoder.Encode(q.Y),
            ["kid"] = Kid,
            ["alg"] = "ES256",
            ["use"] = "sig",
        };
        return TypedResults.Json(new JsonObject { ["keys"] = new JsonArray(key) });
    }

    private async Task<IResult> PushAsync(HttpContext context)
    {
        var form = await FormAsync(context);
        LastPushed = form;
        if (PushError is { } error)
        {
            return TypedResults.Json(new { error }, statusCode: 400);
        }

        if (!await IsAuthenticatedAsync(context, form) || await RequestOfAsync(form) is not { } request || request["code_challenge_method"] != "S256")
        {
            return TypedResults.Json(new { error = "invalid_client" }, statusCode: 401);
        }

        if (ProofError(context, "/par", out var jkt, request.GetValueOrDefault("dpop_jkt")) is { } refusal)
        {
            return refusal;
        }

        if (jkt is not null)
        {
            request["dpop_jkt"] = jkt;
        }

        var uri = "urn:ietf:params:oauth:request_uri:" + Random();
        _pushed[uri] = request;
        return TypedResults.Json(new { request_uri = uri, expires_in = 60 }, statusCode: 201);
    }

    private RedirectHttpResult Authorize(HttpContext context)
    {
        AuthorizeCount++;
        LastAuthorize = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        var request = LastAuthorize.TryGetValue("request_uri", out var uri)
            ? _pushed.TryRemove(uri, out var pushed) ? pushed : throw new InvalidOperationException("request_uri unknown")
            : LastAuthorize.ToDictionary();
        var answer = new Dictionary<string, string?> { ["state"] = request["state"], ["iss"] = Issuer };
        if (AuthorizeError is { } error)
        {
            answer["error"] = error;
            answer["error_description"] = "text\r\nforged: line";
        }
        else
        {
            var code = Random();
            _codes[code] = (request, Persona);
            answer["code"] = code;
        }

        BendAnswer(answer);
        return TypedResults.Redirect(QueryHelpers.AddQueryString(request["redirect_uri"], answer.Where(a => a.Value is not null)!));
    }

    private JwtDraft NewIdToken(Persona persona, string clientId, string nonce)
    {
        var now = _time.GetUtcNow();
        return new JwtDraft(_key, Kid)
        {
            Header = { ["typ"] = "JWT" },
            Payload = new JsonObject
            {
                ["iss"] = Issuer,
                ["sub"] = persona.Subject,
                ["aud"] = clientId,
                ["exp"] = now.ToUnixTimeSeconds() + 300,
                ["iat"] = now.ToUnixTimeSeconds(),
                ["nonce"] = nonce,
                ["acr"] = persona.Acr,
                ["amr"] = new JsonArray("swk", "user", "mfa"),
                ["auth_time"] = (now - persona.Touched).ToUnixTimeSeconds(),
                ["sid"] = persona.Sid,
            },
        };
    }

    private RedirectHttpResult EndSession(HttpContext context)
    {
        LastEndSession = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        return TypedResults.Redirect(QueryHelpers.AddQueryString(LastEndSession["post_logout_redirect_uri"], "state", LastEndSession["state"]));
    }

    /// <summary>RFC 7523 §3, with the keys that the client publishes at this moment.</summary>
    private async Task<bool> IsAuthenticatedAsync(HttpContext context, Dictionary<string, string> form)
    {
        if (!form.TryGetValue("client_assertion", out var text))
        {
            return IsAuthenticatedByCertificate(context);
        }

        var assertion = new JsonWebToken(text);
        lock (_gate)
        {
            Assertions.Add(assertion);
        }

        var result = await new JsonWebTokenHandler().ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidIssuer = form["client_id"],
            ValidAudience = Issuer,
            IssuerSigningKeys = await KeysOfAsync(form["client_id"]),
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = ["ES256"],
            ValidTypes = ["client-authentication+jwt"],
            LifetimeValidator = (_, expires, _, _) => expires > _time.GetUtcNow().UtcDateTime && expires <= _time.GetUtcNow().UtcDateTime.AddSeconds(70),
        });
        lock (_gate)
        {
            return result.IsValid
                && form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                && assertion.Subject == form["client_id"]
                && Assertions.Count(a => a.Id == assertion.Id) == 1;
        }
    }

    private async Task<IList<SecurityKey>> KeysOfAsync(string client) =>
        new JsonWebKeySet(await _http.GetStringAsync(OtherClients.GetValueOrDefault(client, JwksUri))).GetSigningKeys();

    private static async Task<Dictionary<string, string>> FormAsync(HttpContext context) =>
        (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
}
