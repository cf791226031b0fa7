using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Compares what a program was answered with the catalogue of errors.</summary>
internal static partial class Refused
{
    /// <summary>It is refused with this code, and the page of the code names the error.</summary>
    internal static async Task WithAsync(Task<HttpResponseMessage> request, string code, string? error = null, string issuer = OidcServer.Issuer)
    {
        using var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBeInRange(400, 599, text);
        With(
            text.Length > 0
                ? Members(JsonNode.Parse(text)!.AsObject())
                : Challenge().Matches(answer.Headers.WwwAuthenticate.ToString()).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value),
            code, error, issuer);
    }

    /// <inheritdoc cref="WithAsync"/>
    internal static void With(IReadOnlyDictionary<string, string> answer, string code, string? error = null, string issuer = OidcServer.Issuer)
    {
        var text = string.Join(' ', answer.Select(member => member.Key + "=" + member.Value));
        answer["error_uri"].ShouldBe(issuer + "errors/" + code, text);
        ErrorCodes.All.ShouldContain(code);
        ErrorCodes.ErrorsOf(code).ShouldContain(answer["error"], text);
        answer["error_description"].ShouldAllBe(c => c >= ' ' && c <= '~' && c != '"' && c != '\\');
        if (error is not null)
        {
            answer["error"].ShouldBe(error, text);
        }

        CausesAttribute.Caused(code);
    }

    /// <inheritdoc cref="WithAsync"/>
    internal static void With(JsonObject answer, string code, string? error = null) => With(Members(answer), code, error);

    private static Dictionary<string, string> Members(JsonObject answer) => answer.ToDictionary(m => m.Key, m => (string?)m.Value ?? "");

    /// <summary>Userinfo tells it in the header alone (RFC 6750 §3).</summary>
    [GeneratedRegex(@"(?<name>error\w*|trace_id)=""(?<value>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Challenge();
}
