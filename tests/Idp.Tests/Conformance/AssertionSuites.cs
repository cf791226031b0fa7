using System.Text;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>Authentication.</summary>
internal static class AssertionSuites
{
    internal static readonly Suite Response = new(
        "Server-ServerAuthenticatorAssertionResponse-Resp-1",
        Ok("P-1", "an assertion is accepted", t => t.AuthenticateAsync()),
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
        Bent("F-12", "authenticatorData is missing", "request.malformed", Bend.JsonWithout("response.authenticatorData")),
        Bent("F-13", "authenticatorData is a number", "request.malformed", Bend.Json("response.authenticatorData", 7)),
        Bent("F-14", "authenticatorData is not base64url", "request.malformed", Bend.Json("response.authenticatorData", "a+/=")),
        Bent("F-15", "authenticatorData is empty", "ad.short", Bend.Json("response.authenticatorData", "")),
        Bent("F-16", "signature is missing", "request.malformed", Bend.JsonWithout("response.signature")),
        Bent("F-17", "signature is a number", "request.malformed", Bend.Json("response.signature", 7)),
        Bent("F-18", "signature is not base64url", "request.malformed", Bend.Json("response.signature", "a+/=")),
        Bent("F-19", "signature is empty", "sig.encoding", Bend.Json("response.signature", "")),
        Bent("F-20", "signature does not verify", "sig.invalid", Bend.Signature),
        Bent("F-21", "userHandle is a number", "request.malformed", Bend.Json("response.userHandle", 7)));

    internal static readonly Suite ClientData = new(
        "Server-ServerAuthenticatorAssertionResponse-Resp-2", RegistrationSuites.ClientDataCases("webauthn.create", lies => t => t.AuthenticateAsync(lies)));

    internal static readonly Suite Data = new(
        "Server-ServerAuthenticatorAssertionResponse-Resp-3",
        Ok("P-1", "an authenticator without a counter, twice", t => t.AuthenticateAsync(authenticator: Models.NewSelf(counterStep: 0), times: 2)),
        Ok("P-2", "user verified, required", t => t.AuthenticateAsync(new Lies { UserVerified = true }, "required")),
        Ok("P-3", "user not verified, preferred", t => t.AuthenticateAsync(new Lies { UserVerified = false })),
        Ok("P-4", "user verified, preferred", t => t.AuthenticateAsync(new Lies { UserVerified = true })),
        Ok("P-5", "user not verified, discouraged", t => t.AuthenticateAsync(new Lies { UserVerified = false }, "discouraged")),
        Ok("P-6", "user verified, discouraged", t => t.AuthenticateAsync(new Lies { UserVerified = true }, "discouraged")),
        Ok("P-7", "extension data", t => t.AuthenticateAsync(new Lies { AuthenticatorExtensions = Cbor.Map(("example.extension", Cbor.Bool(true))) })),
        Bent("F-1", "bytes are left over", "ad.leftover", new Lies { AuthenticatorData = data => [.. data, 0] }),
        Bent("F-2", "the hash of another RP ID", "ad.rpid", new Lies { RelyingPartyId = "else.localhost" }),
        Bent("F-3", "other client data were signed", "sig.invalid", new Lies { ClientDataAfterwards = data => [.. data[..^1], .. Encoding.ASCII.GetBytes(""","x":1}""")] }),
        Refused("F-4", "the counter stands still", "counter.regression", async t =>
        {
            var authenticator = Models.NewSelf();
            return await t.AuthenticateAsync(new Lies { SignCount = 9 }, authenticator: authenticator, times: 2);
        }),
        Refused("F-5", "the user is only present although verification is required", "ad.uv", t => t.AuthenticateAsync(new Lies { Flags = 0x01 }, "required")));

    private static Case Bent(string id, string text, string code, Lies lies) => Refused(id, text, code, t => t.AuthenticateAsync(lies));
}
