using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.ErrorCatalogue;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Compares what a program was answered with the catalogue of errors.</summary>
internal static class Refused
{
    /// <summary>It is refused with this code, and the page of the code names the error.</summary>
    internal static async Task WithAsync(Task<HttpResponseMessage> request, string code, string? error = null)
    {
        using var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBeInRange(400, 499, text);
        With(JsonNode.Parse(text)!.AsObject().ToDictionary(m => m.Key, m => (string?)m.Value ?? ""), code, error);
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
}
