using System.Reflection;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The catalogue of errors as a whole. Seen failing on 2026-11-27, with a code that nobody causes.</summary>
public sealed class ErrorCodeTests
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
