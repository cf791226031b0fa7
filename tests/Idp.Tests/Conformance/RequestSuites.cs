using System.Buffers.Text;
using System.Text.Json.Nodes;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>Options for registration and for authentication.</summary>
internal static class RequestSuites
{
    private static readonly Reply Fine = new(200, "ok", "");

    internal static readonly Suite Registration = new(
        "Server-ServerPublicKeyCredentialCreationOptions-Req-1",
        Ok("P-1", "options are complete, and an unknown extension comes back", async t =>
        {
            var user = t.NewUser();
            var request = Tester.RegistrationRequest(user);
            request["extensions"] = new JsonObject { ["example.extension"] = true };
            var options = await t.OptionsAsync("/attestation/options", request);
            ((string?)options["user"]!["name"], (string?)options["user"]!["displayName"]).ShouldBe((user, "Somebody"));
            Base64Url.DecodeFromChars((string?)options["user"]!["id"]).Length.ShouldBeInRange(1, 64);
            ((string?)options["rp"]!["id"], ((string?)options["rp"]!["name"])!.Length > 0).ShouldBe(("idp.localhost", true));
            Base64Url.DecodeFromChars((string?)options["challenge"]).Length.ShouldBeInRange(16, 64);
            options["pubKeyCredParams"]!.AsArray().Select(item => (string?)item!["type"]).Distinct().ShouldBe(["public-key"]);
            options["pubKeyCredParams"]!.AsArray().Select(item => (int)item!["alg"]!).ShouldContain(-257);
            ((int)options["timeout"]!).ShouldBePositive();
            ((bool)options["extensions"]!["example.extension"]!).ShouldBeTrue();
            return Fine;
        }),
        Ok("P-2", "attestation none comes back", async t =>
        {
            var options = await t.OptionsAsync("/attestation/options", Tester.RegistrationRequest(t.NewUser(), attestation: "none"));
            ((string?)options["attestation"]).ShouldBe("none");
            return Fine;
        }),
        Ok("P-3", "two challenges differ", async t =>
        {
            var request = Tester.RegistrationRequest(t.NewUser());
            var first = await t.OptionsAsync("/attestation/options", request);
            ((string?)first["challenge"]).ShouldNotBe((string?)(await t.OptionsAsync("/attestation/options", request))["challenge"]);
            return Fine;
        }),
        Ok("P-4", "required user verification comes back", async t =>
        {
            var options = await t.OptionsAsync("/attestation/options", Tester.RegistrationRequest(t.NewUser(), "required"));
            ((string?)options["authenticatorSelection"]!["userVerification"]).ShouldBe("required");
            return Fine;
        }));

    internal static readonly Suite Authentication = new(
        "Server-ServerPublicKeyCredentialGetOptionsResponse-Req-1",
        Ok("P-1", "options are complete, and allow the one credential", async t =>
        {
            var (user, authenticator) = (t.NewUser(), Models.NewSelf());
            (await t.RegisterAsync(authenticator, user: user)).ShouldBe(Fine);
            var options = await t.OptionsAsync("/assertion/options", new JsonObject
            {
                ["username"] = user,
                ["userVerification"] = "required",
                ["extensions"] = new JsonObject { ["example.extension"] = true },
            });
            Base64Url.DecodeFromChars((string?)options["challenge"]).Length.ShouldBeInRange(16, 64);
            ((int)options["timeout"]!).ShouldBePositive();
            ((string?)options["rpId"], (string?)options["userVerification"]).ShouldBe(("idp.localhost", "required"));
            var allowed = options["allowCredentials"]!.AsArray().ShouldHaveSingleItem()!;
            ((string?)allowed["type"]).ShouldBe("public-key");
            Base64Url.DecodeFromChars((string?)allowed["id"]).ShouldBe(authenticator.Credentials.Single().Id);
            ((bool)options["extensions"]!["example.extension"]!).ShouldBeTrue();
            return Fine;
        }),
        Ok("P-2", "two challenges differ", async t =>
        {
            var user = t.NewUser();
            (await t.RegisterAsync(Models.NewSelf(), user: user)).ShouldBe(Fine);
            var first = await t.OptionsAsync("/assertion/options", new JsonObject { ["username"] = user });
            var second = await t.OptionsAsync("/assertion/options", new JsonObject { ["username"] = user });
            ((string?)first["challenge"]).ShouldNotBe((string?)second["challenge"]);
            return Fine;
        }));
}
