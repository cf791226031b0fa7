using System.Text.Json.Nodes;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>The outer form of a registration, and its client data.</summary>
internal static class RegistrationSuites
{
    internal static readonly Suite Response = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-1",
        Ok("P-1", "a packed attestation is accepted and excluded the next time", async t =>
        {
            var (user, authenticator) = (t.NewUser(), Models.NewSelf());
            var reply = await t.RegisterAsync(authenticator, user: user);
            var options = await t.OptionsAsync("/attestation/options", Tester.RegistrationRequest(user));
            var excluded = options["excludeCredentials"]!.AsArray().ShouldHaveSingleItem()!;
            ((string?)excluded["type"]).ShouldBe("public-key");
            System.Buffers.Text.Base64Url.DecodeFromChars((string?)excluded["id"]).ShouldBe(authenticator.Credentials.Single().Id);
            return reply;
        }),
        Bent("F-1", "id is missing", "id.mismatch", Bend.JsonWithout("id")),
        Bent("F-2", "id is a number", "request.malformed", Bend.Json("id", 7)),
        Bent("F-3", "id is not base64url", "request.malformed", Bend.Json("id", "a+/=")),
        Bent("F-4", "type is missing", "type.invalid", Bend.JsonWithout("type")),
        Bent("F-5", "type is a number", "type.invalid", Bend.Json("type", 7)),
        Bent("F-6", "type is another word", "type.invalid", Bend.Json("type", "password")),
        Bent("F-7", "response is missing", "request.malformed", Bend.JsonWithout("response")),
        Bent("F-8", "response is text", "request.malformed", Bend.Json("response", "text")),
        Bent("F-9", "clientDataJSON is missing", "request.malformed", Bend.JsonWithout("response.clientDataJSON")),
        Bent("F-10", "clientDataJSON is a number", "request.malformed", Bend.Json("response.clientDataJSON", 7)),
        Bent("F-11", "clientDataJSON is empty", "cdj.empty", Bend.Json("response.clientDataJSON", "")),
        Bent("F-12", "attestationObject is missing", "request.malformed", Bend.JsonWithout("response.attestationObject")),
        Bent("F-13", "attestationObject is a number", "request.malformed", Bend.Json("response.attestationObject", 7)),
        Bent("F-14", "attestationObject is empty", "att.cbor", Bend.Json("response.attestationObject", "")),
        Refused("F-15", "the user is not verified although that was required", "ad.uv",
            t => t.RegisterAsync(t.Models.Full, new Lies { UserVerified = false }, verification: "required")));

    internal static readonly Suite ClientData = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-2", ClientDataCases("webauthn.get", lies => t => t.RegisterAsync(t.Models.Full, lies)));

    /// <summary>The same seventeen for registration and for authentication.</summary>
    internal static Case[] ClientDataCases(string otherType, Func<Lies, Func<Tester, Task<Reply>>> run) =>
    [
        Refused("F-1", "type is missing", "cdj.json", run(Bend.ClientDataWithout("type"))),
        Refused("F-2", "type is a number", "cdj.json", run(Bend.ClientData("type", 7))),
        Refused("F-3", "type is empty", "cdj.type", run(Bend.ClientData("type", ""))),
        Refused("F-4", "type is another word", "cdj.type", run(Bend.ClientData("type", "webauthn.else"))),
        Refused("F-5", "type is that of the other ceremony", "cdj.type", run(Bend.ClientData("type", otherType))),
        Refused("F-6", "challenge is missing", "cdj.json", run(Bend.ClientDataWithout("challenge"))),
        Refused("F-7", "challenge is a number", "cdj.json", run(Bend.ClientData("challenge", 7))),
        Refused("F-8", "challenge is empty", "cdj.challenge", run(Bend.ClientData("challenge", ""))),
        Refused("F-9", "challenge is not base64url", "cdj.challenge", run(Bend.ClientData("challenge", "a+/="))),
        Refused("F-10", "challenge is another one", "cdj.challenge", run(Bend.ClientData("challenge", new string('A', 43)))),
        Refused("F-11", "origin is missing", "cdj.json", run(Bend.ClientDataWithout("origin"))),
        Refused("F-12", "origin is a number", "cdj.json", run(Bend.ClientData("origin", 7))),
        Refused("F-13", "origin is empty", "cdj.origin", run(Bend.ClientData("origin", ""))),
        Refused("F-14", "origin is another one", "cdj.origin", run(Bend.ClientData("origin", "http://idp.localhost:5081"))),
        Refused("F-15", "tokenBinding is text", "cdj.token_binding", run(Bend.ClientData("tokenBinding", "supported"))),
        Refused("F-16", "tokenBinding has no status", "cdj.token_binding", run(Bend.ClientData("tokenBinding", new JsonObject { ["id"] = "AAAA" }))),
        Refused("F-17", "tokenBinding has an unknown status", "cdj.token_binding", run(Bend.ClientData("tokenBinding", new JsonObject { ["status"] = "maybe" }))),
    ];

    private static Case Bent(string id, string text, string code, Lies lies) => Refused(id, text, code, t => t.RegisterAsync(t.Models.Full, lies));
}
