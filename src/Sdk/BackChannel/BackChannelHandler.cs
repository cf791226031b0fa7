using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;

namespace Moi.Identity.BackChannel;

/// <summary>
/// What every request to the provider has in common: a form is signed (if asked), authenticated and proven; a userinfo request is proven.
/// When the provider wants a nonce, all of it is made again, once.
/// </summary>
/// <remarks>
/// Here and not in the events of ASP.NET Core's handler, because a second attempt needs a second client assertion: the first one's
/// <c>jti</c> may be spent.
/// </remarks>
internal sealed class BackChannelHandler(
    Provider provider, IOptions<MoiIdentityOptions> options, ClientAssertions assertions, RequestObjects requestObjects,
    DpopKeys keys, DpopProofs proofs, DpopNonces nonces) : DelegatingHandler
{
    /// <summary>The field by which a request says which key it speaks with: a parameter of an authorization request (RFC 9449 §10), and for us alone elsewhere.</summary>
    internal const string KeyField = "dpop_jkt";

    private const int LongestError = 64 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is FormUrlEncodedContent form)
        {
            var text = await form.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var fields = QueryHelpers.ParseQuery(text).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);
            return Answered(
                await AttemptAsync(request, attempt => PrepareAsync(attempt, fields, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        // ASP.NET Core's handler asks for userinfo, knows Bearer only, and goes to the endpoint that is for everybody.
        if (request.Headers.Authorization is { Scheme: "Bearer", Parameter: { } token })
        {
            await UseCertificateAsync(request, cancellationToken).ConfigureAwait(false);
            if (options.Value.Dpop)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue(DpopProofs.Scheme, token);
                var key = Key(keys.Chosen);
                return await AttemptAsync(request, attempt =>
                {
                    proofs.Attach(attempt, key, token);
                    return Task.CompletedTask;
                }, cancellationToken).ConfigureAwait(false);
            }
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task PrepareAsync(HttpRequestMessage attempt, Dictionary<string, string> fields, CancellationToken ct)
    {
        var configuration = await provider.ConfigurationAsync(ct).ConfigureAwait(false);
        var isAuthorization = !fields.ContainsKey("grant_type");
        await UseCertificateAsync(attempt, ct).ConfigureAwait(false);
        var form = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        if (options.Value.Dpop)
        {
            proofs.Attach(attempt, Key(form.GetValueOrDefault(KeyField)));
        }

        if (!isAuthorization)
        {
            form.Remove(KeyField);
        }
        else if (options.Value.SignedRequests)
        {
            form = requestObjects.Sign(form, configuration.Issuer);
        }

        form["client_id"] = options.Value.ClientId;
        if (!options.Value.UsesCertificate)
        {
            form["client_assertion_type"] = ClientAssertions.AssertionType;
            form["client_assertion"] = assertions.Create(configuration.Issuer);
        }

        attempt.Content = new FormUrlEncodedContent(form);
    }

    /// <summary>RFC 8705 §5: to where certificates are asked for. A second attempt is there already.</summary>
    private async Task UseCertificateAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (options.Value.UsesCertificate)
        {
            request.RequestUri = MtlsEndpoints.Of(await provider.ConfigurationAsync(ct).ConfigureAwait(false), request.RequestUri!);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, Func<HttpRequestMessage, Task> prepare, CancellationToken ct)
    {
        await prepare(request).ConfigureAwait(false);
        var response = await base.SendAsync(request, ct).ConfigureAwait(false);
        if (!nonces.Keep(request.RequestUri!, response) || !await WantsNonceAsync(response, ct).ConfigureAwait(false))
        {
            return response;
        }

        response.Dispose();
        await prepare(request).ConfigureAwait(false);
        response = await base.SendAsync(request, ct).ConfigureAwait(false);
        nonces.Keep(request.RequestUri!, response);
        return response;
    }

    /// <summary>
    /// A provider that is busy or broken, or what stands in front of one, says so by its status alone. ASP.NET Core's handler looks at
    /// nothing but the body, and takes it for a refusal or for a token response that is wrong.
    /// </summary>
    private static HttpResponseMessage Answered(HttpResponseMessage response)
    {
        var status = response.StatusCode;
        if (status != HttpStatusCode.TooManyRequests && (int)status < 500)
        {
            return response;
        }

        response.Dispose();
        throw new HttpRequestException($"The provider answered {(int)status}.", inner: null, status);
    }

    private ClientKey Key(string? thumbprint) => thumbprint is null
        ? keys.Signing
        : keys.Find(thumbprint) ?? throw new InvalidOperationException(
            "MOI023: the DPoP key with which this sign-in began is not in the folder dpop of MoiIdentity:Keys. All instances must share the folder.");

    /// <summary>RFC 9449 §8 for the token and PAR endpoints, §9 for userinfo.</summary>
    private async Task<bool> WantsNonceAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!options.Value.Dpop)
        {
            return false;
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized && AuthenticateChallenge.ErrorOf(response) is { } error)
        {
            return error == "use_dpop_nonce";
        }

        if (response.StatusCode != HttpStatusCode.BadRequest)
        {
            return false;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(LongestError, ct).ConfigureAwait(false);
            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.String("error") == "use_dpop_nonce";
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
