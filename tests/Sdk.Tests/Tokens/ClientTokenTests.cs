namespace Moi.Identity.Sdk.Tests.Tokens;

/// <summary>Calls in the application's own name (RFC 6749 §4.4).</summary>
public sealed class ClientTokenTests
{
    private const string Good = "OK 200 agency agency taxes.read";

    [Theory]
    [InlineData(false, "Bearer ")]
    [InlineData(true, "DPoP ")]
    public async Task A_token_is_asked_for_once_and_kept_until_shortly_before_it_expires(bool dpop, string scheme)
    {
        await using var calling = await StartAsync(dpop);

        var calls = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => calling.CallAsync("/open-call/who")));
        calls.ShouldAllBe(answer => answer == Good, calling.Agency.Log.Complaints);
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(269));
        (await calling.CallAsync("/open-call/who")).ShouldBe(Good);
        calling.Provider.CountOf("client_credentials").ShouldBe(1);

        calling.Agency.Time.Advance(TimeSpan.FromSeconds(2));
        (await calling.CallAsync("/open-call/who")).ShouldBe(Good);
        calling.Provider.CountOf("client_credentials").ShouldBe(2);
        calling.Api.Received.ShouldAllBe(header => header.StartsWith(scheme, StringComparison.Ordinal));
        calling.Provider.TokenRequests.Last()["resource"].ShouldBe(calling.Api.Origin);
    }

    [Fact]
    public async Task A_token_that_the_API_refuses_is_replaced_once()
    {
        await using var calling = await StartAsync(dpop: false);
        await calling.CallAsync("/open-call/who");
        var old = calling.Api.Received.Last();
        calling.Api.Before = context =>
        {
            if (context.Request.Headers.Authorization != old)
            {
                return false;
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "DPoP algs=\"ES256\", Bearer error=\"invalid_token\"";
            return true;
        };

        (await calling.CallAsync("/open-call/who")).ShouldBe(Good);
        (await calling.CallAsync("/open-call/who")).ShouldBe(Good);
        calling.Provider.CountOf("client_credentials").ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_is_told_and_not_kept()
    {
        await using var calling = await StartAsync(dpop: false);
        calling.Provider.TokenError = ("client_credentials", 400, """{"error":"invalid_target"}""");

        (await calling.CallAsync("/open-call/who")).ShouldStartWith("OK Refused invalid_target MOI052");

        calling.Provider.TokenError = null;
        (await calling.CallAsync("/open-call/who")).ShouldBe(Good);
    }

    [Fact]
    public async Task The_registration_names_the_grants_that_are_used()
    {
        await using var calling = await StartAsync(dpop: false);

        (await calling.CallAsync("/moi/client.json")).ShouldContain("""
            "grant_types": [
                  "authorization_code",
                  "refresh_token",
                  "client_credentials"
                ]
            """);
    }

    private static Task<CallingAgency> StartAsync(bool dpop) =>
        CallingAgency.StartAsync(dpop, (client, api) => client.AddMoiClientToken("taxes.read", api));
}
