using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>POST /attestation/options.</summary>
internal static class StartRegistration
{
    internal static async Task<ContentHttpResult> HandleAsync(
        HttpContext http, ConformanceEngine engine, ConformanceUsers users, Records<ConformanceRegistration> records, CancellationToken ct)
    {
        if (await ConformanceRequests.ReadAsync(http.Request, ConformanceJson.Default.RegistrationOptionsRequest, ct)
            is not { Username: { Length: > 0 } userName } request)
        {
            return ConformanceReplies.Refused("Not a request for options: username is missing, or a member has another type.");
        }

        var handle = users.GetOrAdd(userName);
        var ceremony = engine.Registration.Start(new RegistrationRequest
        {
            UserHandle = handle,
            UserName = userName,
            UserDisplayName = request.DisplayName ?? userName,
            Policy = new RegistrationPolicy
            {
                UserVerification = ConformanceRequests.UserVerification(request.AuthenticatorSelection?.UserVerification),
                ResidentKey = ConformanceRequests.ResidentKey(request.AuthenticatorSelection),
                Attestation = AttestationAcceptance.Any,
                BackupEligibility = BackupEligibility.Any,
                AndroidKeyScope = AndroidKeyScope.Union,
            },
            Algorithms = ConformanceEngine.Algorithms,
            AuthenticatorAttachment = request.AuthenticatorSelection?.AuthenticatorAttachment,
            Attestation = ConformanceRequests.Attestation(request.Attestation),
            ExcludeCredentials = users.Descriptors(handle),
            Extensions = request.Extensions,
        });
        ConformanceSession.Write(http, await records.AddAsync(new ConformanceRegistration(userName, ceremony.State), ct));
        return ConformanceReplies.Ok(ceremony.Options);
    }
}
