using System.Web;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>What the package promises, with our own provider on the other side.</summary>
public sealed class RealSiteTests(RealSite site) : IClassFixture<RealSite>
{
    [Fact]
    public async Task A_citizen_signs_in_by_a_pushed_signed_request_and_the_API_is_called_for_them()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);

        var subject = await citizen.OpenAsync(site.Agency + "/me");
        var answer = await citizen.OpenAsync(site.Agency + "/taxes/who");

        subject.Length.ShouldBe(32, subject + site.Log.Complaints);
        answer.ShouldBe($"200 {subject} agency taxes.read  DPoP", site.Log.Complaints);
        HttpUtility.ParseQueryString(citizen.Entered.Single().Query).AllKeys.ShouldBe(["client_id", "request_uri"], ignoreOrder: true);
    }

    [Fact]
    public async Task Twenty_calls_at_once_renew_a_token_that_rotates_and_the_session_goes_on()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);
        var first = await citizen.OpenAsync(site.Agency + "/taxes/who");

        for (var hour = 0; hour < 3; hour++)
        {
            site.Time.Advance(TimeSpan.FromMinutes(20));
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => citizen.OpenAsync(site.Agency + "/taxes/who")));
            answers.ShouldAllBe(answer => answer == first, site.Log.Complaints);
        }

        citizen.Entered.Count.ShouldBe(1, "nobody was sent to sign in again");
    }

    [Fact(DisplayName = "RFC 6749 §5.2: a call for more than the citizen granted is refused alone, and the session goes on")]
    public async Task More_than_was_granted()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);
        var first = await citizen.OpenAsync(site.Agency + "/taxes/who");

        var more = await citizen.OpenAsync(site.Agency + "/more");
        site.Time.Advance(TimeSpan.FromMinutes(20));
        var later = await citizen.OpenAsync(site.Agency + "/taxes/who");

        more.ShouldStartWith("Refused invalid_scope MOI052", customMessage: site.Log.Complaints);
        later.ShouldBe(first, site.Log.Complaints);
        citizen.Entered.Count.ShouldBe(1, "nobody was sent to sign in again");
    }

    [Fact]
    public async Task The_agency_calls_in_its_own_name()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);

        (await citizen.OpenAsync(site.Agency + "/own")).ShouldBe("200 agency agency taxes.read  DPoP", site.Log.Complaints);
        citizen.Entered.ShouldBeEmpty();
    }

    [Fact(DisplayName = "RFC 8693 §4.1: the further API sees the citizen, and who acts for them")]
    public async Task The_API_calls_a_further_API_for_the_citizen()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);
        var subject = await citizen.OpenAsync(site.Agency + "/me");

        var answer = await citizen.OpenAsync(site.Agency + "/taxes/letters");

        answer.ShouldStartWith("200 200 ", customMessage: site.Log.Complaints);
        answer.ShouldEndWith(" taxes letters.read {\"sub\":\"taxes\"} DPoP");
        answer.ShouldNotContain(subject, customMessage: "another agency knows the citizen by another subject");
    }

    [Fact(DisplayName = "RFC 8693 §2.1: a bound token of the agency's own is exchanged by whoever shows its key")]
    public async Task The_agency_exchanges_the_token_of_the_session()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);
        await citizen.OpenAsync(site.Agency + "/me");

        (await citizen.OpenAsync(site.Agency + "/letters")).ShouldEndWith(" agency letters.read {\"sub\":\"agency\"} DPoP", customMessage: site.Log.Complaints);
    }

    [Fact(DisplayName = "RFC 9470 §3: an API that wants a fresh touch says so, and the agency gets one")]
    public async Task Step_up()
    {
        using var citizen = await RealVisitor.SignUpAsync(site);
        (await citizen.OpenAsync(site.Agency + "/taxes/pay")).ShouldBe("200 paid", site.Log.Complaints);
        site.Time.Advance(TimeSpan.FromMinutes(6));

        var refusal = await citizen.OpenAsync(site.Agency + "/taxes/pay");
        var touches = citizen.Touches;
        var paid = await citizen.OpenAsync(site.Agency + "/pay");

        refusal.ShouldStartWith("401 DPoP error=\"insufficient_user_authentication\"");
        refusal.ShouldContain("acr_values=\"urn:moi:acr:1\", max_age=\"300\"");
        paid.ShouldBe("200 paid", site.Log.Complaints);
        (citizen.Touches - touches).ShouldBe(1);
    }
}
