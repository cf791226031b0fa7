using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;
using Moi.Identity.Tokens;

namespace Moi.Identity.BackChannel;

/// <summary>RFC 6749 §4.4 and §6, RFC 8693: a grant goes in, an access token comes out, or a <see cref="MoiTokenException"/>.</summary>
internal sealed class TokenEndpoint(Provider provider, IOptions<MoiIdentityOptions> options, DpopKeys dpop, TimeProvider time)
{
    internal const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    internal const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>The longest that a request takes whose address is known. Discovery may take several times as long.</summary>
    internal static readonly TimeSpan Longest = Provider.Timeout;

    /// <returns>The address, by discovery.</returns>
    /// <exception cref="MoiTokenException">There is none.</exception>
    internal Task<string> AddressAsync(CancellationToken ct) =>
        ReachAsync(async () => (await provider.ConfigurationAsync(ct).ConfigureAwait(false)).TokenEndpoint, ct);

    /// <returns>The access token, and the refresh token if there is a new one.</returns>
    /// <exception cref="MoiTokenException">There is none.</exception>
    internal async Task<(AccessToken Token, string? Refresh)> RequestAsync(
        string grantType, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken ct) =>
        await RequestAsync(await AddressAsync(ct).ConfigureAwait(false), grantType, fields, ct).ConfigureAwait(false);

    /// <param name="address">From <see cref="AddressAsync"/>; the request then ends within <see cref="Longest"/>.</param>
    /// <param name="grantType">The grant.</param>
    /// <param name="fields">What else the form holds.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <returns>The access token, and the refresh token if there is a new one.</returns>
    /// <exception cref="MoiTokenException">There is none.</exception>
    internal async Task<(AccessToken Token, string? Refresh)> RequestAsync(
        string address, string grantType, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken ct)
    {
        var key = dpop.ForNewTokens;
        var form = new Dictionary<string, string>(fields, StringComparer.Ordinal) { ["grant_type"] = grantType };
        if (key is not null)
        {
            form[BackChannelHandler.KeyField] = key.Kid;
        }

        var answer = await PostAsync(address, form, ct).ConfigureAwait(false);

        // RFC 9449 §5. SECURITY: a token that is bound to nothing, or to something we do not know of, is not used.
        var expected = key is null ? "Bearer" : DpopProofs.Scheme;
        Require(string.Equals(answer.TokenType, expected, StringComparison.OrdinalIgnoreCase), $"its token_type is not {expected}");
        Require(answer.AccessToken is { Length: > 0 } token && token.All(c => c is > ' ' and < '\x7f'), "it has no access_token");

        // RFC 8693 §2.2.1: what was issued may be another kind of token than the one asked for.
        Require(grantType != TokenExchange || answer.GetParameter("issued_token_type") == AccessTokenType, "its issued_token_type is not an access token");
        return (AccessToken.Of(answer, key?.Kid, time.GetUtcNow()), answer.RefreshToken);
    }

    private Task<OpenIdConnectMessage> PostAsync(string address, Dictionary<string, string> form, CancellationToken ct) => ReachAsync(async () =>
    {
        using var content = new FormUrlEncodedContent(form);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await provider.Http.SendAsync(request, ct).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        var answer = Parse(text);
        if (response.IsSuccessStatusCode)
        {
            return answer;
        }

        // RFC 6749 §5.2. The description is not ours to repeat: it may quote what was sent.
        throw answer.Error is { Length: > 0 and <= 100 } error && error.All(c => c is > ' ' and < '\x7f') && !IsBusy(error)
            ? Refused(form["grant_type"], error)
            : new MoiTokenException(MoiTokenFailure.ProviderUnreachable, $"MOI051: the provider's token endpoint answered {(int)response.StatusCode}.");
    }, ct);

    private async Task<T> ReachAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (IsUnreachable(failure, ct))
        {
            throw new MoiTokenException(
                MoiTokenFailure.ProviderUnreachable,
                $"MOI051: the provider ({options.Value.Authority}) gave no usable answer to a token request: "
                    + $"{(failure is HttpRequestException { StatusCode: { } status } ? $"status {(int)status}" : failure.GetType().Name)}.",
                cause: failure);
        }
    }

    /// <summary>Nothing is wrong with the request, and the same one may succeed later. A status that says so does not get here.</summary>
    private static bool IsBusy(string error) => error is "temporarily_unavailable" or "server_error";

    private static OpenIdConnectMessage Parse(string text)
    {
        using var strict = StrictText.TryReadObject(System.Text.Encoding.UTF8.GetBytes(text), out var document)
            ? document
            : throw new JsonException("not a JSON object");
        return new OpenIdConnectMessage(text);
    }

    private static MoiTokenException Refused(string grantType, string error) => grantType == "refresh_token" && error == "invalid_grant"
        ? new MoiTokenException(MoiTokenFailure.SignInNeeded, "MOI053: the provider no longer renews this session. The citizen has to sign in again.", error)
        : new MoiTokenException(MoiTokenFailure.Refused, $"MOI052: the provider refused a token request ({grantType}) with {error}.", error);

    private static bool IsUnreachable(Exception failure, CancellationToken ct) => failure switch
    {
        MoiTokenException => false,
        HttpRequestException or IOException or JsonException or TimeoutException => true,
        OperationCanceledException => !ct.IsCancellationRequested,

        // Discovery failed, or a key that was needed is gone.
        InvalidOperationException => true,
        _ => false,
    };

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new MoiTokenException(MoiTokenFailure.ProviderUnreachable, "MOI051: the provider's token response is not usable: " + otherwise + ".");
        }
    }
}
