using System.Net;
using System.Reflection;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The catalogue of errors as a whole. Seen failing on 2026-11-27, with a code that nobody causes.</summary>
[Collection<OnSqlite>]
public sealed class ErrorCodeTests(SqliteOidcServer server)
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;

    [Fact(DisplayName = "Each code of the catalogue is caused over HTTP by a test, and no test knows another")]
    public void Every_code_is_caused()
    {
        var caused = typeof(ErrorCodeTests).Assembly.GetTypes().SelectMany(type => type.GetMethods(Any))
            .Where(method => method.GetCustomAttribute<FactAttribute>() is { Skip: null })
            .SelectMany(method => method.GetCustomAttribute<CausesAttribute>()?.Of(method) ?? []).Distinct().ToList();

        ErrorCodes.All.Except(caused).ShouldBeEmpty("nobody causes these");
        caused.Except(ErrorCodes.All).ShouldBeEmpty("these are not in the catalogue");
    }

    /// <summary>Seen failing on 2026-11-27: what people are shown had no page for those who are told its code.</summary>
    [Fact]
    public async Task Every_code_has_a_page_in_both_languages_and_the_list_leads_there()
    {
        using var http = server.NewBackChannel();
        var list = await http.GetStringAsync("/errors");
        foreach (var code in ErrorCodes.All.Concat(ShownProblems.All.Select(problem => problem.Code)))
        {
            list.ShouldContain($"href=\"/errors/{code}\"");
            foreach (var (language, next) in new[] { ("zh-TW", "該怎麼做"), ("en", "What to do") })
            {
                using var page = await http.GetAsync($"/errors/{code}?ui_locales={language}");
                page.StatusCode.ShouldBe(HttpStatusCode.OK, code);
                (await page.Content.ReadAsStringAsync()).ShouldContain($">{next}</h2>");
            }
        }

        using var nothing = await http.GetAsync("/errors/MOI-WA-999");
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Hints_and_codes_have_the_form_of_RFC_6749_and_ours()
    {
        foreach (var refusal in Refusals.All)
        {
            refusal.Hint.ShouldAllBe(c => c >= ' ' && c <= '~' && c != '"' && c != '\\', refusal.Hint);
            refusal.Code.ShouldMatch("^MOI-(CLI|REQ|TOK|SYS)-[0-9]{3}$");
        }
    }
}
