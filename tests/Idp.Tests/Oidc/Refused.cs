using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Compares what a program was answered with the catalogue of errors.</summary>
internal static partial class Refused
{
    /// <summary>It is refused with this code, and the page of the code names the error.</summary>
    internal static async Task WithAsync(Task<HttpResponseMessage> request, string code, string? error = null)
    {
        using var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBeInRange(400, 499, text);
        With(
            text.Length > 0
                ? JsonNode.Parse(text)!.AsObject().ToDictionary(m => m.Key, m => (string?)m.Value ?? "")
                : Challenge().Matches(answer.Headers.WwwAuthenticate.ToString()).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value),
            code, error);
    }

    /// <inheritdoc cref="WithAsync"/>
    internal static void With(IReadOnlyDictionary<string, string> answer, string code, string? error = null)
    {
        var text = string.Join(' ', answer.Select(member => member.Key + "=" + member.Value));
        answer["error_uri"].ShouldBe(OidcServer.Issuer + "errors/" + code, text);
        ErrorCodes.All.ShouldContain(code);
        ErrorCodes.ErrorsOf(code).ShouldContain(answer["error"], text);
        answer["error_description"].ShouldAllBe(c => c >= ' ' && c <= '~' && c != '"' && c != '\\');
        if (error is not null)
        {
            answer["error"].ShouldBe(error, text);
        }
    }

    /// <summary>Userinfo tells it in the header alone (RFC 6750 §3).</summary>
    [GeneratedRegex(@"(?<name>error\w*|trace_id)=""(?<value>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Challenge();
}
