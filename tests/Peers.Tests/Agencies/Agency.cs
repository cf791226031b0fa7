using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests.Agencies;

/// <summary>A client in this process, for requests that must be many or must be the same.</summary>
internal sealed class Agency(Deployment deployment, PeerClient client)
{
    private readonly HttpClient _http = deployment.NewBackChannel();

    private readonly string _verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    internal string Assertion() => client.Assertion(deployment.Issuer);

    /// <summary>A form with everything that proves who sends it, to be sent as often as a test likes.</summary>
    internal Dictionary<string, string> Form(Dictionary<string, string> fields, string? assertion = null)
    {
        var form = new Dictionary<string, string>(fields) { ["client_id"] = client.Id };
        if ((string?)client.Metadata["token_endpoint_auth_method"] != "none")
        {
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form["client_assertion"] = assertion ?? Assertion();
        }

        return form;
    }

    internal Dictionary<string, string> Request() => new()
    {
        ["response_type"] = "code",
        ["redirect_uri"] = client.RedirectUri,
        ["scope"] = "openid profile offline_access",
        ["state"] = "state-1",
        ["nonce"] = "nonce-1",
        ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier))),
        ["code_challenge_method"] = "S256",
    };

    internal Dictionary<string, string> Redemption(string code) => new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code,
        ["redirect_uri"] = client.RedirectUri,
        ["code_verifier"] = _verifier,
    };

    internal static Dictionary<string, string> Refreshment(string token) => new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = token,
    };

    internal Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, string? proof = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        return _http.SendAsync(request);
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Pushes a request.</summary>
    /// <returns>The address to open.</returns>
    internal async Task<string> PushAsync()
    {
        var pushed = await ReadAsync(await PostAsync("/connect/par", Form(Request())), HttpStatusCode.Created);
        return QueryHelpers.AddQueryString(
            "/connect/authorize",
            new Dictionary<string, string?> { ["client_id"] = client.Id, ["request_uri"] = (string?)pushed["request_uri"] });
    }

    /// <summary>A citizen comes in.</summary>
    /// <returns>The code.</returns>
    internal async Task<string> EnterAsync(Citizen citizen)
    {
        var back = (await citizen.VisitAsync(await PushAsync())).At;
        back.GetLeftPart(UriPartial.Path).ShouldBe(client.RedirectUri);
        return QueryHelpers.ParseQuery(back.Query)["code"].ToString();
    }

    internal async Task<JsonObject> RedeemAsync(string code)
        => await ReadAsync(await PostAsync("/connect/token", Form(Redemption(code))));

    internal async Task<JsonObject> RefreshAsync(string token)
        => await ReadAsync(await PostAsync("/connect/token", Form(Refreshment(token))));

    internal static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == expected
            ? JsonNode.Parse(text)!.AsObject()
            : throw new RefusedException(
                $"{answer.RequestMessage!.RequestUri!.AbsolutePath} {text}", answer.StatusCode, Deployment.NodeOf(answer));
    }

    /// <summary>The claims of a token whose signature another test has verified.</summary>
    internal static JsonObject Claims(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
}
