using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>What the tests are answered: <c>status</c>, <c>errorMessage</c>, and options where they were asked for.</summary>
internal static class ConformanceReplies
{
    internal static ContentHttpResult Ok() => Write(Said("ok", ""), StatusCodes.Status200OK);

    internal static ContentHttpResult Ok(PublicKeyCredentialCreationOptions options)
        => WithOptions(JsonSerializer.SerializeToNode(options, WebAuthnJsonContext.Default.PublicKeyCredentialCreationOptions)!);

    internal static ContentHttpResult Ok(PublicKeyCredentialRequestOptions options)
        => WithOptions(JsonSerializer.SerializeToNode(options, WebAuthnJsonContext.Default.PublicKeyCredentialRequestOptions)!);

    /// <summary>The engine's code first, then the section and the details: what nobody outside of this interface is told.</summary>
    internal static ContentHttpResult Refused(WebAuthnFailure failure) => Refused(failure.ToString());

    internal static ContentHttpResult Refused(string why) => Write(Said("failed", why), StatusCodes.Status400BadRequest);

    private static ContentHttpResult WithOptions(JsonNode options)
    {
        var answer = Said("ok", "");
        foreach (var (name, value) in options.AsObject())
        {
            answer[name] = value?.DeepClone();
        }

        return Write(answer, StatusCodes.Status200OK);
    }

    private static JsonObject Said(string status, string why) => new() { ["status"] = status, ["errorMessage"] = why };

    private static ContentHttpResult Write(JsonObject answer, int status)
        => TypedResults.Text(answer.ToJsonString(), "application/json", Encoding.UTF8, status);
}
