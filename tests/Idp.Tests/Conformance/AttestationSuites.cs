using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>The attestation object, and the packed format.</summary>
internal static class AttestationSuites
{
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LastYear = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NextYear = new(2027, 12, 1, 0, 0, 0, TimeSpan.Zero);

    internal static readonly Suite Object = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-3",
        Ok("P-1", "extension data", t => t.RegisterAsync(t.Models.Full, new Lies { AuthenticatorExtensions = Cbor.Map(("example.extension", Cbor.Bool(true))) })),
        Bent("F-1", "the attestation object is an array", "att.members", new Lies { AttestationObject = bytes => Cbor.Array(bytes) }),
        Bent("F-2", "fmt is missing", "att.members", Bend.WithoutPart("fmt")),
        Bent("F-3", "fmt is a number", "att.members", Bend.Part("fmt", Cbor.Number(7))),
        Bent("F-4", "attStmt is missing", "att.members", Bend.WithoutPart("attStmt")),
        Bent("F-5", "attStmt is text", "packed.members", Bend.Part("attStmt", Cbor.Text("text"))),
        Bent("F-6", "authData is missing", "att.members", Bend.WithoutPart("authData")),
        Bent("F-7", "authData is text", "att.members", Bend.Part("authData", Cbor.Text("text"))),
        Bent("F-8", "authData is empty", "ad.short", Bend.Part("authData", Cbor.Bytes([]))),
        Bent("F-9", "attested data without flag AT", "ad.leftover", new Lies { Flags = 0x05 }),
        Bent("F-10", "neither attested data nor flag AT", "ad.at_missing", new Lies { Flags = 0x05, AuthenticatorData = data => data[..37] }),
        Bent("F-11", "flag AT without attested data", "ad.short", new Lies { AuthenticatorData = data => data[..37] }),
        Bent("F-12", "bytes are left over", "ad.leftover", new Lies { AuthenticatorData = data => [.. data, 0] }),
        Bent("F-13", "the statement is empty", "packed.members", new Lies { StatementMembers = _ => [] }),
        Bent("F-14", "alg is missing", "packed.members", Bend.WithoutMember("alg")),
        Bent("F-15", "alg is text", "packed.members", Bend.Member("alg", Cbor.Text("ES256"))),
        Refused("F-16", "alg is not one of the metadata's", "trust.algorithm", t => t.RegisterAsync(Models.Narrow)),
        Bent("F-17", "sig is missing", "packed.members", Bend.WithoutMember("sig")),
        Bent("F-18", "sig is text", "packed.members", Bend.Member("sig", Cbor.Text("text"))),
        Bent("F-19", "sig is empty", "sig.encoding", Bend.Member("sig", Cbor.Bytes([]))));

    internal static readonly Suite Algorithms = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-4",
        WithKey("P-1", "ES256K", -47), WithKey("P-2", "PS256", -37), WithKey("P-3", "PS384", -38), WithKey("P-4", "PS512", -39),
        WithKey("P-5", "RS256", -257), WithKey("P-6", "RS384", -258), WithKey("P-7", "RS512", -259), WithKey("P-8", "RS1", -65535),
        WithKey("P-9", "ES256", -7), WithKey("P-10", "ES384", -35), WithKey("P-11", "ES512", -36), WithKey("P-12", "EdDSA", -8));

    internal static readonly Suite Full = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-5",
        Ok("P-1", "a batch certificate", t => t.RegisterAsync(t.Models.Full)),
        Ok("P-2", "two authorities below the metadata's root", t => Chained(t, c => [c.Leaf(c.Lower), c.Lower.Der, c.Upper.Der])),
        Ok("P-3", "the batch certificate is the metadata's anchor", t => t.RegisterAsync(t.Models.Anchor)),
        Ok("P-4", "the root's basic constraints are critical", t => Chained(t, c => [c.Leaf(c.Root)])),
        Ok("P-5", "a number of 64 bits in the metadata", t =>
        {
            t.Models.Statements().First(model => model.Name == "full").Statement["authenticatorGetInfo"]!["vendorPrototypeConfigCommands"]!.ToJsonString()
                .ShouldBe($"[{ulong.MaxValue}]");
            return t.RegisterAsync(t.Models.Full);
        }),
        Bent("F-1", "an unknown format", "att.fmt_unknown", new Lies { Format = "BananaPancake" }),
        Bent("F-2", "sig does not verify", "sig.invalid", Bend.Signature),
        Bent("F-3", "x5c is missing", "sig.invalid", Bend.WithoutMember("x5c")),
        Bent("F-4", "x5c is text", "packed.x5c", Bend.Member("x5c", Cbor.Text("text"))),
        Bent("F-5", "x5c is empty", "packed.x5c", Bend.Member("x5c", Cbor.Array())),
        Refused("F-6", "the leaf has expired", "trust.expired", t => Chained(t, c => [c.Leaf(c.Root, LongAgo, LastYear)])),
        Refused("F-7", "the leaf is not valid yet", "trust.expired", t => Chained(t, c => [c.Leaf(c.Root, NextYear)])),
        Refused("F-8", "the leaf's algorithm is not one of the metadata's", "trust.algorithm", t => t.RegisterAsync(t.Models.OtherAlgorithm)),
        Refused("F-9", "the chain leads to another root", "trust.no_anchor", t => Chained(t, c => [c.Leaf(SoftCertificate.Root())])),
        Refused("F-10", "the root is in x5c", "trust.chain", t => Chained(t, c => [c.Leaf(c.Lower), c.Lower.Der, c.Upper.Der, c.Root.Der])),
        Refused("F-11", "the authorities are in the wrong order", "trust.chain", t => Chained(t, c => [c.Leaf(c.Lower), c.Upper.Der, c.Lower.Der])),
        Refused("F-12", "an authority has expired", "trust.expired", t => Chained(t, c =>
        {
            var expired = c.Root.Issue(new SoftCertificateShape { Name = "Soft expired authority", NotBefore = LongAgo, NotAfter = LastYear });
            return [c.Leaf(expired), expired.Der];
        })),
        Refused("F-13", "another key than the leaf's signed", "sig.invalid", async t =>
        {
            using var key = SoftKey.Create(-7);
            return await t.RegisterAsync(t.Models.Full, new Lies { SigningKey = key });
        }),
        Refused("F-14", "the credential key signed", "sig.invalid", async t =>
        {
            using var key = SoftKey.Create(-7);
            return await t.RegisterAsync(t.Models.Full, new Lies { SigningKey = key, CoseKey = key.CoseKey });
        }));

    internal static readonly Suite Self = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-6",
        Ok("P-1", "self attestation", t => t.RegisterAsync(Models.NewSelf())),
        Refused("F-1", "sig does not verify", "sig.invalid", t => t.RegisterAsync(Models.NewSelf(), Bend.Signature)),
        Refused("F-2", "a certificate of a model that makes none", "trust.type", t => t.RegisterAsync(Models.FullBySurrogate)),
        Refused("F-3", "an unknown format", "att.fmt_unknown", t => t.RegisterAsync(Models.NewSelf(), new Lies { Format = "BananaPancake" })));

    internal static readonly Suite None = new(
        "Server-ServerAuthenticatorAttestationResponse-Resp-7",
        Ok("P-1", "no attestation", t => t.RegisterAsync(new SoftAuthenticator(), attestation: "none")),
        Ok("P-2", "self attestation although none was asked for", t => t.RegisterAsync(Models.NewSelf(), attestation: "none")),
        Refused("F-1", "a packed statement by the name none", "none.att_stmt", t => t.RegisterAsync(t.Models.Full, new Lies { Format = "none" }, attestation: "none")));

    private static Task<Reply> Chained(Tester t, Func<PackedChain, byte[][]> certificates)
        => t.RegisterAsync(t.Models.Chained, t.Models.Chain.Lies(certificates(t.Models.Chain)));

    private static Case WithKey(string id, string name, int algorithm)
        => Ok(id, $"self attestation with {name}", t => t.RegisterAsync(Models.NewSelf(), new Lies { Algorithm = algorithm }));

    private static Case Bent(string id, string text, string code, Lies lies) => Refused(id, text, code, t => t.RegisterAsync(t.Models.Full, lies));
}
