using System.Text;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>
/// Authenticates the client of an endpoint of ours that the engine does not know, by the same handlers as everywhere: the
/// registered method and no other, assertions once, limits by client. The body is JSON, so the proof stands in the
/// <c>Authorization</c> header: <c>Basic</c> with the secret, or <c>Bearer</c> with a client assertion (RFC 7523). A client that is
/// known by its certificate (RFC 8705) sends no such header and names itself by <c>client_id</c> in the address.
/// </summary>
internal sealed class ClientOfRequest(
    IOpenIddictServerFactory factory, IOpenIddictServerDispatcher dispatcher, ClientCatalog clients, IOptions<IdpOptions> options)
{
    /// <returns>
    /// The client; or nothing, with the refusal unless there is an answer already, and with what only our log is told.
    /// </returns>
    internal async Task<(string? ClientId, Refusal? Refusal, string? Reason)> AuthenticateAsync(HttpContext http)
    {
        string? header = http.Request.Headers.Authorization;
        var certificate = options.Value.MutualTls.Enabled ? http.Connection.ClientCertificate : null;
        var isCertified = header is null && certificate is not null;
        if ((isCertified ? ReadCertified(http.Request) : Read(header)) is not { } request)
        {
            return (null, ClientRefusals.NoHeader, null);
        }

        // SECURITY: a client without credentials proves nothing by whatever certificate it shows. It is refused in the words for an
        // unknown client, or for one whose certificate is another.
        if (isCertified && clients.Find(request.ClientId) is { IsPublic: true })
        {
            return (null, ClientRefusals.Certificate, "a public client has no certificate");
        }

        var transaction = await factory.CreateTransactionAsync();
        transaction.CancellationToken = http.RequestAborted;

        // The engine authenticates clients at this endpoint and looks for no token there.
        transaction.EndpointType = OpenIddictServerEndpointType.DeviceAuthorization;
        transaction.Request = request;
        transaction.RemoteCertificate = certificate;
        transaction.SetProperty(typeof(HttpRequest).FullName!, new WeakReference<HttpRequest>(http.Request));
        var context = new ProcessAuthenticationContext(transaction);
        await dispatcher.DispatchAsync(context);
        if (context.IsRequestHandled || !context.IsRejected)
        {
            return (context.IsRequestHandled ? null : context.ClientId, null, null);
        }

        var refusal = Refusing.Read(transaction, Errors.InvalidClient, context.ErrorDescription, context.ErrorUri);
        return (null, refusal, Refusing.ReasonOf(transaction, refusal.Code));
    }

    /// <summary>
    /// RFC 8705 §2: the client of the address. Whether there is one, and the certificate is its own, is checked with everything else.
    /// </summary>
    private static OpenIddictRequest? ReadCertified(HttpRequest request)
        => request.Query[Parameters.ClientId] is [{ Length: > 0 } clientId] ? new OpenIddictRequest { ClientId = clientId } : null;

    private static OpenIddictRequest? Read(string? header)
    {
        if (header?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true)
        {
            var assertion = header["Bearer ".Length..].Trim();
            return VerifyAssertion.IssuerOf(assertion) is { } clientId
                ? new OpenIddictRequest
                {
                    ClientId = clientId,
                    ClientAssertion = assertion,
                    ClientAssertionType = ClientAssertionTypes.JwtBearer,
                }
                : null;
        }

        if (header?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }

        // RFC 6749 §2.3.1: both parts are form-encoded.
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length)
            || Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is not [{ Length: > 0 } id, { Length: > 0 } secret])
        {
            return null;
        }

        return new OpenIddictRequest { ClientId = Decode(id), ClientSecret = Decode(secret) };
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
