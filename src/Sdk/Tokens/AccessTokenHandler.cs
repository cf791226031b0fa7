using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Moi.Identity.BackChannel;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;

namespace Moi.Identity.Tokens;

/// <summary>Gives each call of an <see cref="HttpClient"/> its access token and, with DPoP, its proof. One more attempt when the API asks for a nonce or another token.</summary>
internal sealed class AccessTokenHandler(
    Func<string?, CancellationToken, Task<AccessToken>> token, IOptions<MoiIdentityOptions> options, DpopKeys keys, DpopProofs proofs, DpopNonces nonces)
    : DelegatingHandler
{
    /// <summary>A longer body is sent once: keeping it for a second attempt would cost more than it is worth.</summary>
    private const long LongestKept = 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (address.Scheme != Uri.UriSchemeHttps && !Loopback.IsLoopbackName(address) && !options.Value.UnsafeAllowHttp)
        {
            throw new InvalidOperationException($"MOI054: an access token is not sent over plain http to {address.Host}. Use https.");
        }

        var canRepeat = await KeepAsync(request.Content, cancellationToken).ConfigureAwait(false);
        var first = await UsableAsync(null, cancellationToken).ConfigureAwait(false);
        var response = await AttemptAsync(request, first, cancellationToken).ConfigureAwait(false);

        // SECURITY: where the API redirected to has got no token from the handler below, and gets none for saying that it wants another.
        if (response.StatusCode != HttpStatusCode.Unauthorized || !canRepeat || request.RequestUri != address)
        {
            return response;
        }

        switch (AuthenticateChallenge.ErrorOf(response))
        {
            // RFC 9449 §9: "The client … retries the request with … the provided nonce".
            case "use_dpop_nonce" when first.Jkt is not null && nonces.For(address) is not null:
                response.Dispose();
                return await AttemptAsync(request, first, cancellationToken).ConfigureAwait(false);

            // RFC 6750 §3.1: "The client MAY request a new access token and retry the protected resource request."
            case "invalid_token":
                response.Dispose();
                var second = await UsableAsync(first.Value, cancellationToken).ConfigureAwait(false);
                return await AttemptAsync(request, second, cancellationToken).ConfigureAwait(false);

            default:
                return response;
        }
    }

    /// <summary>A token whose key is gone, because the folder of keys was lost, is as good as none.</summary>
    private async Task<AccessToken> UsableAsync(string? refused, CancellationToken ct)
    {
        var found = await token(refused, ct).ConfigureAwait(false);
        return found.Jkt is not { } jkt || keys.Find(jkt) is not null ? found : await token(found.Value, ct).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, AccessToken access, CancellationToken ct)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue(access.Scheme, access.Value);
        if (access.Jkt is { } jkt)
        {
            proofs.Attach(request, keys.Find(jkt)!, access.Value);
        }

        var response = await base.SendAsync(request, ct).ConfigureAwait(false);
        nonces.Keep(request.RequestUri!, response);
        return response;
    }

    private static async Task<bool> KeepAsync(HttpContent? content, CancellationToken ct)
    {
        if (content is null)
        {
            return true;
        }

        if (content.Headers.ContentLength is not <= LongestKept)
        {
            return false;
        }

        await content.LoadIntoBufferAsync(LongestKept, ct).ConfigureAwait(false);
        return true;
    }
}
