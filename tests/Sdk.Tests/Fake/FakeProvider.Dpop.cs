using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Moi.Identity.Dpop;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>DPoP (RFC 9449) at the pushed request, token and userinfo endpoints.</summary>
internal sealed partial class FakeProvider
{
    private readonly ConcurrentDictionary<string, bool> _proofs = new();

    /// <summary>The nonce that every proof must have; the answer to any other names it.</summary>
    internal string? Nonce { get; set; }

    /// <summary>Happens after each proof, after the answer has named the nonce.</summary>
    internal Action NonceAfterEach { get; set; } = () => { };

    /// <summary>Where proofs came, accepted or not.</summary>
    internal ConcurrentQueue<(string Path, string Proof, DpopError? Error)> Proofs { get; } = new();

    /// <summary>No proof is no error here: the token is a bearer token then.</summary>
    private IResult? ProofError(HttpContext context, string path, out string? jkt, string? boundTo, string? accessToken = null)
    {
        jkt = null;
        var header = context.Request.Headers["DPoP"];
        if (header.Count == 0)
        {
            return null;
        }

        var result = DpopProof.Check(
            new DpopRequest(header, context.Request.Method, $"{context.Request.Scheme}://{context.Request.Host}{path}")
            {
                BoundTo = boundTo,
                AccessToken = accessToken,
                AcceptsNonce = Nonce is null ? null : nonce => nonce == Nonce,
            },
            new DpopRules(),
            _time.GetUtcNow());
        var error = result.Error ?? (_proofs.TryAdd(result.Proof!.ReplayKey, true) ? null : DpopError.JtiMissing);
        Proofs.Enqueue((path, header.ToString(), error));
        if (Nonce is not null)
        {
            context.Response.Headers["DPoP-Nonce"] = Nonce;
        }

        NonceAfterEach();

        if (error is null)
        {
            jkt = result.Proof!.Jkt;
            return null;
        }

        if (accessToken is null)
        {
            return TypedResults.Json(new { error = error.Value.Code() }, statusCode: 400);
        }

        context.Response.Headers.WWWAuthenticate = $"DPoP error=\"{error.Value.Code()}\", algs=\"ES256\"";
        return TypedResults.Unauthorized();
    }
}
