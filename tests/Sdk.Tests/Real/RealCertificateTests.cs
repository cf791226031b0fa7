using System.Net;
using System.Runtime.Versioning;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>RFC 8705 with our own provider on the other side: an agency known by its certificate, and tokens that are worth nothing without it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RealCertificateTests(RealCertificateSite site) : IClassFixture<RealCertificateSite>
{
    [Fact(DisplayName = "RFC 8705 §3.4: an agency with a certificate and without DPoP registers tokens that are bound to it")]
    public void Registration()
    {
        site.Description["token_endpoint_auth_method"]!.ToString().ShouldBe("self_signed_tls_client_auth");
        site.Description["tls_client_certificate_bound_access_tokens"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact(DisplayName = "§3: the certificate signs the agency in and goes with every call of an API")]
    public async Task A_citizen_signs_in_and_the_API_is_called_for_them()
    {
        using var citizen = await site.SignUpAsync();

        var subject = await citizen.OpenAsync(site.Agency + "/me");

        subject.Length.ShouldBe(32, subject + site.Log.Complaints);
        (await citizen.OpenAsync(site.Agency + "/citizens")).ShouldBe($"200 {subject} agency  Bearer", site.Log.Complaints);
        (await citizen.OpenAsync(site.Agency + "/own")).ShouldBe("200 agency agency  Bearer", site.Log.Complaints);
    }

    [Fact(DisplayName = "RFC 8693 §2.1: the bound token of the session is exchanged over a connection with the certificate")]
    public async Task The_token_of_the_session_is_exchanged()
    {
        using var citizen = await site.SignUpAsync();
        await citizen.OpenAsync(site.Agency + "/me");

        (await citizen.OpenAsync(site.Agency + "/letters")).ShouldEndWith(" agency {\"sub\":\"agency\"} Bearer", customMessage: site.Log.Complaints);
    }

    [Fact(DisplayName = "§3: a stolen token opens nothing, with another certificate or with none")]
    public async Task A_thief()
    {
        using var citizen = await site.SignUpAsync();
        await citizen.OpenAsync(site.Agency + "/me");
        var token = (await citizen.OpenAsync(site.Agency + "/token")).Replace("200 Bearer ", "", StringComparison.Ordinal);
        using var others = FakeProvider.NewCertificate("agency");

        foreach (var shown in (System.Security.Cryptography.X509Certificates.X509Certificate2?[])[null, others])
        {
            using var refused = await site.CallAsync(token, shown);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            refused.Headers.WwwAuthenticate.ToString().ShouldContain("bound to another client certificate");
        }
    }
}
