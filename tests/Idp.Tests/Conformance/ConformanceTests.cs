using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>The cases of the FIDO Alliance's conformance tests for servers, over HTTP, with our own authenticator and metadata.</summary>
public sealed class ConformanceTests(ConformanceServer server) : IClassFixture<ConformanceServer>
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from suite in Suite.All
        from item in suite.Cases
        select new TheoryDataRow<string, string>(suite.Id, item.Id) { TestDisplayName = $"{suite.Id} {item.Id}: {item.Text}" };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_ends_as_it_must(string suite, string id)
    {
        var item = Suite.All.Single(one => one.Id == suite).Cases.Single(one => one.Id == id);
        using var tester = new Tester(server);
        var reply = await item.Run(tester);
        if (item.Code is null)
        {
            reply.ShouldBe(new Reply(200, "ok", ""));
            return;
        }

        reply.Code.ShouldBe(item.Code, reply.Message);
        (reply.Status, reply.Word).ShouldBe((400, "failed"));
    }

    [Fact]
    public void No_case_of_the_current_tool_is_missing()
    {
        Suite.All.Select(suite => suite.Cases.Count).ShouldBe([4, 16, 17, 20, 12, 19, 4, 3, 3, 7, 4, 2, 22, 17, 12, 6]);
        Suite.All.Sum(suite => suite.Cases.Count).ShouldBe(168);
        Suite.All.SelectMany(suite => suite.Cases.Select(item => $"{suite.Id} {item.Id}")).ShouldBeUnique();
    }

    [Fact]
    public void The_document_names_every_case()
    {
        var document = File.ReadAllText(RepositoryRoot.File("docs/conformance.md"));
        Suite.All.SelectMany(suite => suite.Cases.Select(item => $"| {suite.Id} {item.Id} | {item.Text} | {item.Code ?? "ok"} |"))
            .Where(line => !document.Contains(line, StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-27: the first was <c>cred.user_handle</c>, the second and third <c>request.malformed</c>.</summary>
    [Theory(DisplayName = "The forms that the interface's own description shows are read: an empty user handle, and id alone")]
    [InlineData("userHandle")]
    [InlineData("rawId")]
    [InlineData("both")]
    public async Task The_forms_of_the_description(string form)
    {
        using var tester = new Tester(server);
        var lies = new Lies
        {
            Json = json =>
            {
                if (form is "userHandle" or "both")
                {
                    json["response"]!["userHandle"] = "";
                }

                if (form is "rawId" or "both")
                {
                    json.AsObject().Remove("rawId");
                }
            },
        };

        (await tester.AuthenticateAsync(lies)).ShouldBe(new Reply(200, "ok", ""));
        if (form == "rawId")
        {
            (await tester.RegisterAsync(server.Models.Full, lies)).ShouldBe(new Reply(200, "ok", ""));
        }
    }

    [Fact]
    public async Task A_challenge_is_spent_by_a_failed_attempt_too()
    {
        using var tester = new Tester(server);
        var options = await tester.StartRegistrationAsync(tester.NewUser());
        (await tester.PostAsync("/attestation/result", "{}")).Code.ShouldBe("request.malformed");
        (await tester.PostAsync("/attestation/result", server.Models.Full.Create(options, ConformanceServer.Origin))).Code.ShouldBe("state.missing");
    }
}
