using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;

namespace Moi.Identity.Api;

/// <summary>Whether the caller holds what the access token is bound to (RFC 7800): a DPoP key (RFC 9449 §7), a client certificate (RFC 8705 §3).</summary>
internal sealed class ProofOfPossession(
    IOptions<MoiIdentityApiOptions> options, IDpopReplayCache replay, ApiNonces nonces, TimeProvider time)
{
    private static readonly DpopRules Rules = new() { Algorithms = [.. DpopKey.Algorithms] };

    /// <returns>Why not; <see langword="null"/> when all is well.</returns>
    internal async Task<ApiRefusal?> CheckAsync(HttpContext context, IncomingToken token, JsonElement? confirmation)
    {
        var (jkt, certificate, known) = Read(confirmation);
        if (!known)
        {
            return ApiRefusal.InvalidToken("The access token is bound in a way that this API does not know.");
        }

        if (IsMissing(jkt, certificate) is { } missing)
        {
            return ApiRefusal.InvalidToken(missing);
        }

        if (certificate is not null && !await HoldsAsync(context, certificate).ConfigureAwait(false))
        {
            return ApiRefusal.InvalidToken("The access token is bound to another client certificate than that of this connection.");
        }

        if (token.Scheme != "DPoP")
        {
            // RFC 9449 §7.2. SECURITY: a thief has the token and not the key, and would present it as a bearer token.
            return jkt is null ? null : ApiRefusal.InvalidToken("The access token is bound to a DPoP key: send it with the scheme DPoP and a proof.");
        }

        return jkt is null
            ? ApiRefusal.InvalidToken("The access token is not bound to a DPoP key.")
            : await CheckProofAsync(context, token.Value, jkt).ConfigureAwait(false);
    }

    private async Task<ApiRefusal?> CheckProofAsync(HttpContext context, string token, string jkt)
    {
        var result = DpopProof.Check(
            new DpopRequest(context.Request.Headers["DPoP"], context.Request.Method, AddressOf(context))
            {
                AccessToken = token,
                BoundTo = jkt,
                AcceptsNonce = options.Value.DpopNonce ? nonces.IsCurrent : null,
            },
            Rules,
            time.GetUtcNow());
        if (!result.Succeeded)
        {
            return new ApiRefusal(result.Error.Value.Code(), result.Error.Value.Hint());
        }

        // §11.1: last, so that only a proof that is right in everything else is remembered.
        return await replay.TryAddAsync(result.Proof.ReplayKey, result.Proof.ReplayableUntil(Rules), context.RequestAborted).ConfigureAwait(false)
            ? null
            : new ApiRefusal("invalid_dpop_proof", "The DPoP proof was used before.");
    }

    private string? IsMissing(string? jkt, string? certificate) => options.Value.Binding switch
    {
        TokenBinding.Required when jkt is null && certificate is null => "This API takes only access tokens that are bound to a key (DPoP or mutual TLS).",
        TokenBinding.Dpop when jkt is null => "This API takes only access tokens that are bound to a DPoP key.",
        TokenBinding.MutualTls when certificate is null => "This API takes only access tokens that are bound to a client certificate.",
        _ => null,
    };

    /// <summary>RFC 7800 §3.1: what is not understood cannot be proven. One known member is enough; both are both asked for.</summary>
    private static (string? Jkt, string? Certificate, bool Known) Read(JsonElement? confirmation)
    {
        if (confirmation is not { } cnf)
        {
            return (null, null, true);
        }

        if (cnf.ValueKind != JsonValueKind.Object)
        {
            return (null, null, false);
        }

        var known = cnf.EnumerateObject().All(member => member.Name is "jkt" or "x5t#S256" && member.Value.ValueKind == JsonValueKind.String);
        return (cnf.String("jkt"), cnf.String("x5t#S256"), known && cnf.EnumerateObject().Any());
    }

    /// <summary>RFC 8705 §3.1: "the base64url-encoded SHA-256 hash of the DER encoding of the X.509 certificate".</summary>
    private static async Task<bool> HoldsAsync(HttpContext context, string thumbprint) =>
        await context.Connection.GetClientCertificateAsync(context.RequestAborted).ConfigureAwait(false) is { } certificate
        && Base64UrlEncoder.Encode(SHA256.HashData(certificate.RawData)) == thumbprint;

    /// <summary>As the client wrote it, still percent-encoded; a prefix that a proxy took off is put back.</summary>
    private string AddressOf(HttpContext context)
    {
        var request = context.Request;
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] target ? target : request.Path.ToUriComponent();

        // What arrived is all of the path: the prefix did not arrive. Otherwise the application itself has split it off.
        var arrivedWithoutPrefix = Uri.UnescapeDataString(raw.Split('?')[0]) == Uri.UnescapeDataString(request.Path.Value ?? "");
        return options.Value.PublicOrigin + (arrivedWithoutPrefix ? request.PathBase.ToUriComponent() + raw : raw);
    }
}
