using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>POST /assertion/options.</summary>
internal static class StartAuthentication
{
    internal static async Task<ContentHttpResult> HandleAsync(
        HttpContext http, ConformanceEngine engine, ConformanceUsers users, Records<ConformanceAuthentication> records, CancellationToken ct)
    {
        if (await ConformanceRequests.ReadAsync(http.Request, ConformanceJson.Default.AuthenticationOptionsRequest, ct)
            is not { Username: { Length: > 0 } userName } request)
        {
            return ConformanceReplies.Refused("Not a request for options: username is missing, or a member has another type.");
        }

        // Nobody's account is behind a name here, so there is nothing to hide.
        if (users.Find(userName) is not { } handle || users.Descriptors(handle) is not { Count: > 0 } credentials)
        {
            return ConformanceReplies.Refused(WebAuthnFailure.Of(WebAuthnError.CredentialUnknown, CeremonyKind.Get));
        }

        var ceremony = engine.Authentication.Start(new AuthenticationRequest
        {
            UserHandle = handle,
            AllowCredentials = credentials,
            Policy = AuthenticationPolicy.Passkeys with { UserVerification = ConformanceRequests.UserVerification(request.UserVerification) },
            Extensions = request.Extensions,
        });
        ConformanceSession.Write(http, await records.AddAsync(new ConformanceAuthentication(userName, ceremony.State), ct));
        return ConformanceReplies.Ok(ceremony.Options);
    }
}
