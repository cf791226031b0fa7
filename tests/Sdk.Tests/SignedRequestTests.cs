using System.Net;
using System.Security.Claims;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>RFC 9101, inside a pushed request (RFC 9126 §3): the fake provider takes nothing that is not in the signed object.</summary>
public sealed class SignedRequestTests
{
    [Fact]
    public async Task The_request_is_signed_and_nothing_of_it_stands_beside()
    {
        await using var agency = await Agency.StartAsync(("SignedRequests", "true"));

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        agency.Provider.LastPushed.Keys.ShouldBe(["client_id", "request", "client_assertion_type", "client_assertion"], ignoreOrder: true);
        var request = agency.Provider.RequestObjects.Single();
        request.Typ.ShouldBe("oauth-authz-req+jwt");
        request.Alg.ShouldBe("ES256");
        request.Audiences.ShouldBe([agency.Provider.Issuer]);
        request.Issuer.ShouldBe("agency");
        (request.ValidTo - request.ValidFrom).ShouldBe(TimeSpan.FromSeconds(60));
        request.Id.Length.ShouldBe(22);
        request.GetPayloadValue<string>("scope").ShouldBe("openid profile");
        request.TryGetPayloadValue<string>("sub", out _).ShouldBeFalse("it must not be usable as a client assertion (RFC 9101 §10.8)");
    }

    [Fact(DisplayName = "§4: numbers are numbers")]
    public async Task A_step_up_is_signed_too()
    {
        await using var agency = await Agency.StartAsync(("SignedRequests", "true"));
        using var signedIn = await agency.SignInAsync();
        agency.Time.Advance(TimeSpan.FromMinutes(6));

        using var response = await agency.GetAsync("/fresh");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        var request = agency.Provider.RequestObjects.Last();
        request.Claims.Single(claim => claim.Type == "max_age").ValueType.ShouldBe(ClaimValueTypes.Integer32);
        request.GetPayloadValue<string>("acr_values").ShouldBe("urn:moi:acr:1");
    }

    [Fact]
    public async Task With_DPoP_and_a_nonce_the_second_attempt_is_signed_anew()
    {
        await using var agency = await Agency.StartAsync(("SignedRequests", "true"), ("Dpop", "true"));
        agency.Provider.Nonce = "n-1";

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        agency.Provider.RequestObjects.Select(request => request.Id).Distinct().Count().ShouldBe(2);
        agency.Provider.RequestObjects[1].GetPayloadValue<string>("dpop_jkt").Length.ShouldBe(43);
    }

    [Fact]
    public async Task The_registration_says_so()
    {
        await using var agency = await Agency.StartAsync(("SignedRequests", "true"));
        using var http = LocalhostHttp.Client(agency.Origin);

        (await http.GetStringAsync("/moi/client.json")).ShouldContain("\"require_signed_request_object\": true");
    }
}
