using System.Net;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary>What nginx, as the documents configure it, lets through and what it does not.</summary>
public sealed class ProxyTests(Deployment deployment)
{
    /// <summary>The longest address that a form becomes. Left to itself, nginx answers 502 to a Location of 3200 characters.</summary>
    private const int LongestAddress = 7000;

    [Fact]
    public async Task A_request_of_seven_thousand_characters_brings_the_citizen_back_to_the_agency()
    {
        var agency = new Agency(deployment, PeerClients.Public);
        var citizen = await Citizen.SignUpAsync(deployment);
        var request = agency.Form(agency.Request());
        request["state"] = "s";
        request["state"] = new string('s', 1 + LongestAddress - (await AddressAsync(agency, request)).Length);

        var address = await AddressAsync(agency, request);
        address.Length.ShouldBe(LongestAddress);
        var back = (await citizen.VisitAsync(address)).At;

        back.GetLeftPart(UriPartial.Path).ShouldBe(PeerClients.Public.RedirectUri);
        back.Query.ShouldContain(request["state"]);
    }

    /// <summary>Routes of the server are found in any case of their letters.</summary>
    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/Health/ready")]
    [InlineData("/HEALTH/LIVE")]
    [InlineData("//health/ready")]
    [InlineData("/%48ealth/ready")]
    public async Task Health_is_not_for_the_public(string path)
    {
        using var http = deployment.NewBackChannel();

        var answer = await http.GetAsync(new Uri(deployment.Origin + path));

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Deployment.NodeOf(answer).ShouldBeEmpty("no server was asked");
    }

    /// <summary>Where the form of a request sends the browser.</summary>
    private static async Task<string> AddressAsync(Agency agency, Dictionary<string, string> request)
    {
        var asked = await agency.PostAsync("/connect/authorize", request);
        asked.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await asked.Content.ReadAsStringAsync());
        return asked.Headers.Location!.OriginalString;
    }
}
