using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests.Dpop;

/// <summary>
/// RFC 9449 §4.3, "Checking DPoP Proofs": one table, each row bends one thing of a valid proof.
/// Seen failing on 2026-11-26, check by check: each was taken out of the source, and the rows of that check turned red.
/// </summary>
public class DpopProofTests
{
    private const string Token = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln";

    private static readonly RSA Rsa2048 = RSA.Create(2048);

    private static readonly Dictionary<string, (DpopError Refusal, Func<ProofDraft> Draft)> Bent = new()
    {
        ["§4.3 1: no header field"] = (DpopError.Missing, Proof(p => p.Send = _ => [])),
        ["§4.3 1: two header fields"] = (DpopError.SeveralHeaders, Proof(p => p.Send = text => [text, text])),
        ["§4.3 1: a second, empty header field"] = (DpopError.SeveralHeaders, Proof(p => p.Send = text => [text, ""])),
        ["§4.3 2: an empty header field"] = (DpopError.Missing, Proof(p => p.Send = _ => [""])),
        ["§4.3 2: two proofs in one header field"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text + ", " + text)),
        ["§4.3 2: a proof of 8193 characters"] = (DpopError.TooLong, Proof(p => p.BendProof = text => text.PadRight(8193, 'A'))),
        ["§4.3 2: two parts"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text[..text.LastIndexOf('.')])),
        ["§4.3 2: four parts"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text + ".e30")),
        ["§4.3 2: no signature"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text[..(text.LastIndexOf('.') + 1)])),
        ["§4.3 2: padding"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text + "==")),
        ["§4.3 2: a space at the end"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text + " ")),
        ["§4.3 2: the other base64 alphabet"] = (DpopError.Malformed, Proof(p => p.BendProof = text => text[..^4] + "+/+/")),
        ["§4.3 2: stray bits at the end of the signature"] = (DpopError.Malformed, Proof(p => p.BendProof = StrayBits)),
        ["§4.3 2: the header is no JSON"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text[..^1])),
        ["§4.3 2: the header is an array"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => "[" + text + "]")),
        ["§4.3 2: the header has typ twice"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text[..^1] + ",\"typ\":\"dpop+jwt\"}")),
        ["§4.3 2: the jwk has x twice"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text.Replace("\"x\":", "\"x\":\"AA\",\"x\":", StringComparison.Ordinal))),
        ["§4.3 2: the header has a comment"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text + "/**/")),
        ["§4.3 2: the header nests deeply"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text[..^1] + ",\"a\":" + new string('[', 64) + new string(']', 64) + "}")),
        ["§4.3 2: a member's name is half a surrogate pair"] = (DpopError.Malformed, Proof(p => p.BendHeaderText = text => text[..^1] + ",\"\\ud800\":1,\"\\ud800\":2}")),
        ["§4.3 2: the claims are no JSON"] = (DpopError.Malformed, Proof(p => p.BendPayloadText = _ => "{")),
        ["§4.3 2: the claims are a string"] = (DpopError.Malformed, Proof(p => p.BendPayloadText = _ => "\"claims\"")),
        ["§4.3 2: the claims have htu twice"] = (DpopError.Malformed, Proof(p => p.BendPayloadText = text => text[..^1] + ",\"htu\":\"https://other.example\"}")),
        ["§4.3 3: no htm"] = (DpopError.MethodMismatch, Proof(p => p.Payload.Remove("htm"))),
        ["§4.3 3: no htu"] = (DpopError.AddressMismatch, Proof(p => p.Payload.Remove("htu"))),
        ["§4.3 3: no jti"] = (DpopError.JtiMissing, Proof(p => p.Payload.Remove("jti"))),
        ["§4.3 3: an empty jti"] = (DpopError.JtiMissing, Proof(p => p.Payload["jti"] = "")),
        ["§4.3 3: a jti of 257 characters"] = (DpopError.JtiMissing, Proof(p => p.Payload["jti"] = new string('a', 257))),
        ["§4.3 3: a jti that is a number"] = (DpopError.JtiMissing, Proof(p => p.Payload["jti"] = 7)),
        ["§4.3 3: a jti that is half a surrogate pair"] = (DpopError.JtiMissing, Proof(p => p.BendPayloadText = text => text.Replace("e1j3V_bKic8-LAEB", "\\ud800", StringComparison.Ordinal))),
        ["§4.3 3: no iat"] = (DpopError.TimeMissing, Proof(p => p.Payload.Remove("iat"))),
        ["§4.3 3: an iat that is text"] = (DpopError.TimeMissing, Proof(p => p.Payload["iat"] = "now")),
        ["§4.3 3: an iat beyond every calendar"] = (DpopError.TimeMissing, Proof(p => p.BendPayloadText = text => Iat(text, "1e27"))),
        ["§4.3 3: an iat beyond every number"] = (DpopError.TimeMissing, Proof(p => p.BendPayloadText = text => Iat(text, "1e999"))),
        ["§4.3 3: an iat before the epoch"] = (DpopError.TimeMissing, Proof(p => p.Payload["iat"] = -1)),
        ["§4.3 4: no typ"] = (DpopError.WrongType, Proof(p => p.Header.Remove("typ"))),
        ["§4.3 4: typ JWT"] = (DpopError.WrongType, Proof(p => p.Header["typ"] = "JWT")),
        ["§4.3 4: typ in capitals"] = (DpopError.WrongType, Proof(p => p.Header["typ"] = "DPoP+JWT")),
        ["§4.3 4: typ is an array"] = (DpopError.WrongType, Proof(p => p.Header["typ"] = new JsonArray("dpop+jwt"))),
        ["§4.3 5: no alg"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Header.Remove("alg"))),
        ["§4.3 5: none"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Header["alg"] = "none")),
        ["§4.3 5: a symmetric algorithm"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Header["alg"] = "HS256")),
        ["§4.3 5: PKCS #1 v1.5"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Header["alg"] = "RS256", Rsa2048)),
        ["§4.3 5: an algorithm that the receiver does not allow"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Rules = new DpopRules(), ECDsa.Create(ECCurve.NamedCurves.nistP384))),
        ["§4.3 5: alg in small letters"] = (DpopError.AlgorithmNotAllowed, Proof(p => p.Header["alg"] = "es256")),
        ["§4.3 5: the rules allow what is not implemented"] = (DpopError.AlgorithmNotAllowed, Proof(p => { p.Header["alg"] = "EdDSA"; p.Rules = new DpopRules { Algorithms = ["EdDSA"] }; })),
        ["RFC 7515 §4.1.11: crit"] = (DpopError.CriticalHeader, Proof(p => p.Header["crit"] = new JsonArray("b64"))),
        ["§4.3 6: no jwk"] = (DpopError.KeyMissing, Proof(p => p.Header.Remove("jwk"))),
        ["§4.3 6: jwk is text"] = (DpopError.KeyMissing, Proof(p => p.Header["jwk"] = "key")),
        ["§4.3 6: an empty jwk"] = (DpopError.KeyNotSupported, Proof(p => p.Header["jwk"] = new JsonObject())),
        ["§4.3 6: the key of another algorithm"] = (DpopError.KeyNotSupported, Proof(p => p.Header["jwk"] = ProofDraft.PublicKeyOf(Rsa2048))),
        ["§4.3 6: an EC key for an RSA algorithm"] = (DpopError.KeyNotSupported, Proof(p => p.Header["alg"] = "PS256")),
        ["§4.3 6: the key of another curve"] = (DpopError.KeyNotSupported, Proof(p => p.Header["alg"] = "ES256", ECDsa.Create(ECCurve.NamedCurves.nistP384))),
        ["§4.3 6: a curve by its other name"] = (DpopError.KeyNotSupported, Proof(p => p.Jwk["crv"] = "secp256r1")),
        ["§4.3 6: a point that is not on the curve"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["y"] = Base64UrlEncoder.Encode(new byte[32]))),
        ["§4.3 6: the point zero"] = (DpopError.KeyInvalid, Proof(p => { p.Jwk["x"] = Base64UrlEncoder.Encode(new byte[32]); p.Jwk["y"] = Base64UrlEncoder.Encode(new byte[32]); })),
        ["§4.3 6: a coordinate beyond the field"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["x"] = Base64UrlEncoder.Encode(Enumerable.Repeat((byte)255, 32).ToArray()))),
        ["§4.3 6: a coordinate with a zero in front"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["x"] = Base64UrlEncoder.Encode([0, .. Base64UrlEncoder.DecodeBytes(p.Jwk["x"]!.ToString())]))),
        ["§4.3 6: a coordinate with padding"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["x"] = p.Jwk["x"] + "=")),
        ["§4.3 6: no y"] = (DpopError.KeyInvalid, Proof(p => p.Jwk.Remove("y"))),
        ["§4.3 6: an RSA key of 1024 bits"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["n"] = Odd(128), Rsa2048)),
        ["§4.3 6: an RSA key of 5120 bits"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["n"] = Odd(640), Rsa2048)),
        ["§4.3 6: an RSA key with the exponent 1"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["e"] = "AQ", Rsa2048)),
        ["§4.3 6: an RSA key with the exponent 3"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["e"] = "Aw", Rsa2048)),
        ["§4.3 6: an RSA key with an even exponent"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["e"] = "AQAC", Rsa2048)),
        ["§4.3 6: an RSA key with a long exponent"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["e"] = "AQAAAAE", Rsa2048)),
        ["§4.3 6: an RSA key with a zero in front"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["n"] = Base64UrlEncoder.Encode([0, .. Base64UrlEncoder.DecodeBytes(p.Jwk["n"]!.ToString())]), Rsa2048)),
        ["§4.3 6: an even RSA modulus"] = (DpopError.KeyInvalid, Proof(p => p.Jwk["n"] = Even(p.Jwk["n"]!.ToString()), Rsa2048)),
        ["§4.3 6: an RSA key without n"] = (DpopError.KeyInvalid, Proof(p => p.Jwk.Remove("n"), Rsa2048)),
        ["§4.3 6: the key of somebody else"] = (DpopError.SignatureInvalid, Proof(p => p.Header["jwk"] = ProofDraft.PublicKeyOf(ECDsa.Create(ECCurve.NamedCurves.nistP256)))),
        ["§4.3 6: the RSA key of somebody else"] = (DpopError.SignatureInvalid, Proof(p => p.Header["jwk"] = ProofDraft.PublicKeyOf(RSA.Create(2048)), Rsa2048)),
        ["§4.3 6: PKCS #1 v1.5 called PSS"] = (DpopError.SignatureInvalid, Proof(p => { p.Header["alg"] = "RS256"; p.BendHeaderText = text => text.Replace("RS256", "PS256", StringComparison.Ordinal); }, Rsa2048)),
        ["§4.3 6: other claims than were signed"] = (DpopError.SignatureInvalid, Proof(p => p.BendProof = ChangeClaims)),
        ["§4.3 6: a shorter signature"] = (DpopError.SignatureInvalid, Proof(p => p.BendProof = ShortenSignature)),
        ["§4.3 6: a signature of zeros"] = (DpopError.SignatureInvalid, Proof(p => p.BendProof = text => text[..(text.LastIndexOf('.') + 1)] + Base64UrlEncoder.Encode(new byte[64]))),
        ["§4.3 7: a private key"] = (DpopError.KeyIsPrivate, Proof(p => p.Jwk["d"] = Base64UrlEncoder.Encode(((ECDsa)p.Key).ExportParameters(true).D))),
        ["§4.3 7: a part of a private RSA key"] = (DpopError.KeyIsPrivate, Proof(p => p.Jwk["qi"] = "AQ", Rsa2048)),
        ["§4.3 7: a symmetric key"] = (DpopError.KeyIsPrivate, Proof(p => p.Header["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "c2VjcmV0" })),
        ["§4.3 7: a symmetric key without its secret"] = (DpopError.KeyIsPrivate, Proof(p => p.Header["jwk"] = new JsonObject { ["kty"] = "oct" })),
        ["§4.3 8: another method"] = (DpopError.MethodMismatch, Proof(p => p.Payload["htm"] = "POST")),
        ["§4.3 8: the method in small letters"] = (DpopError.MethodMismatch, Proof(p => p.Payload["htm"] = "get")),
        ["§4.3 10: no nonce"] = (DpopError.NonceMissing, Proof(p => p.BendRequest = r => r with { AcceptsNonce = n => n == "current" })),
        ["§4.3 10: another nonce"] = (DpopError.NonceMismatch, Proof(p => { p.Payload["nonce"] = "old"; p.BendRequest = r => r with { AcceptsNonce = n => n == "current" }; })),
        ["§4.3 10: a nonce that is a number"] = (DpopError.NonceMissing, Proof(p => { p.Payload["nonce"] = 1; p.BendRequest = r => r with { AcceptsNonce = _ => true }; })),
        ["§4.3 11: 61 seconds old"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() - 61)),
        ["§4.3 11: 11 seconds ahead"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() + 11)),
        ["§4.3 11: milliseconds"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() * 100)),
        ["§4.3 11: the receiver's shorter window"] = (DpopError.TimeOutsideWindow, Proof(p => { p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() - 6; p.Rules = new DpopRules { Past = TimeSpan.FromSeconds(5) }; })),
        ["RFC 7519 §4.1.4: expired"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["exp"] = ProofDraft.Now.ToUnixTimeSeconds() - 10)),
        ["RFC 7519 §4.1.4: an exp that is text"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["exp"] = "later")),
        ["RFC 7519 §4.1.5: not valid yet"] = (DpopError.TimeOutsideWindow, Proof(p => p.Payload["nbf"] = ProofDraft.Now.ToUnixTimeSeconds() + 11)),
        ["§4.3 12: no ath"] = (DpopError.AccessTokenHashMismatch, Proof(p => p.BendRequest = r => r with { AccessToken = Token })),
        ["§4.3 12: the ath of another token"] = (DpopError.AccessTokenHashMismatch, Proof(p => { p.Payload["ath"] = DpopProof.HashOf(Token + "A"); p.BendRequest = r => r with { AccessToken = Token }; })),
        ["§4.3 12: the token itself as ath"] = (DpopError.AccessTokenHashMismatch, Proof(p => { p.Payload["ath"] = Token; p.BendRequest = r => r with { AccessToken = Token }; })),
        ["§4.3 12: the key of another token"] = (DpopError.KeyMismatch, Proof(p => p.BendRequest = r => r with { BoundTo = Base64UrlEncoder.Encode(new byte[32]) })),
    };

    private static readonly Dictionary<string, Func<ProofDraft>> Good = new()
    {
        ["ES256"] = Proof(_ => { }),
        ["ES384"] = Proof(_ => { }, ECDsa.Create(ECCurve.NamedCurves.nistP384)),
        ["ES512"] = Proof(_ => { }, ECDsa.Create(ECCurve.NamedCurves.nistP521)),
        ["PS256"] = Proof(_ => { }, Rsa2048),
        ["PS384"] = Proof(p => p.Header["alg"] = "PS384", Rsa2048),
        ["PS512"] = Proof(p => p.Header["alg"] = "PS512", Rsa2048),
        ["60 seconds old"] = Proof(p => p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() - 60),
        ["10 seconds ahead"] = Proof(p => p.Payload["iat"] = ProofDraft.Now.ToUnixTimeSeconds() + 10),
        ["an iat with a fraction"] = Proof(p => p.BendPayloadText = text => Iat(text, ProofDraft.Now.ToUnixTimeSeconds() + ".25")),
        ["a jti of 256 characters"] = Proof(p => p.Payload["jti"] = new string('a', 256)),
        ["a nonce that nobody asked for"] = Proof(p => p.Payload["nonce"] = "any"),
        ["the current nonce"] = Proof(p => { p.Payload["nonce"] = "current"; p.BendRequest = r => r with { AcceptsNonce = n => n == "current" }; }),
        ["the hash of the access token"] = Proof(p => { p.Payload["ath"] = DpopProof.HashOf(Token); p.BendRequest = r => r with { AccessToken = Token }; }),
        ["an ath without an access token"] = Proof(p => p.Payload["ath"] = "any"),
        ["members of the jwk that say more"] = Proof(p => { p.Jwk["kid"] = "1"; p.Jwk["use"] = "sig"; p.Jwk["alg"] = "ES256"; }),
        ["header parameters and claims that say more"] = Proof(p => { p.Header["kid"] = "1"; p.Payload["iss"] = "me"; p.Payload["exp"] = ProofDraft.Now.ToUnixTimeSeconds() + 60; }),
    };

    public static TheoryData<string> BentNames => [.. Bent.Keys];

    public static TheoryData<string> GoodNames => [.. Good.Keys];

    [Theory(DisplayName = "RFC 9449 §4.3: refused, with the reason")]
    [MemberData(nameof(BentNames))]
    public void A_proof_that_is_bent_in_one_thing_is_refused(string bent)
    {
        var (refusal, draft) = Bent[bent];
        var result = draft().Check();
        result.Error.ShouldBe(refusal);
        result.Proof.ShouldBeNull();
    }

    [Theory(DisplayName = "RFC 9449 §4.3: accepted")]
    [MemberData(nameof(GoodNames))]
    public void A_proof_that_is_right_is_accepted(string good) => Good[good]().Check().Error.ShouldBeNull();

    [Fact]
    public void An_accepted_proof_says_whose_it_is_and_how_long_it_could_be_replayed()
    {
        var draft = new ProofDraft { Payload = { ["nonce"] = "n" } };
        var proof = draft.Check().Proof.ShouldNotBeNull();
        proof.Jkt.ShouldBe(Base64UrlEncoder.Encode(new JsonWebKey(draft.Jwk.ToJsonString()).ComputeJwkThumbprint()));
        proof.Jti.ShouldBe("e1j3V_bKic8-LAEB");
        proof.Nonce.ShouldBe("n");
        proof.IssuedAt.ShouldBe(ProofDraft.Now);
        proof.ReplayableUntil(draft.Rules).ShouldBe(ProofDraft.Now.AddSeconds(61));
        draft.BendRequest = request => request with { BoundTo = proof.Jkt };
        draft.Check().Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void The_thumbprint_of_an_RSA_key_is_that_of_RFC_7638()
    {
        var draft = new ProofDraft(Rsa2048);
        draft.Check().Proof.ShouldNotBeNull().Jkt
            .ShouldBe(Base64UrlEncoder.Encode(new JsonWebKey(draft.Jwk.ToJsonString()).ComputeJwkThumbprint()));
    }

    [Fact]
    public void Two_keys_have_two_replay_names_for_one_jti_and_one_key_has_one()
    {
        var draft = new ProofDraft();
        var name = draft.Check().Proof.ShouldNotBeNull().ReplayKey;
        draft.Check().Proof!.ReplayKey.ShouldBe(name);
        new ProofDraft().Check().Proof!.ReplayKey.ShouldNotBe(name);
        draft.Payload["jti"] = "another";
        draft.Check().Proof!.ReplayKey.ShouldNotBe(name);
    }

    /// <summary>RFC 9449 §4.1 prints this proof; its key's thumbprint and the ath of §7.1's token are in §6.1 and §7.1.</summary>
    [Fact]
    public void The_examples_of_the_RFC_are_read_as_the_RFC_reads_them()
    {
        const string example = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        var result = DpopProof.Check(
            new DpopRequest([example], "POST", "https://server.example.com/token"), new DpopRules(), DateTimeOffset.FromUnixTimeSeconds(1562262616));
        result.Proof.ShouldNotBeNull().Jkt.ShouldBe("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        DpopProof.HashOf("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU").ShouldBe("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }

    [Theory]
    [InlineData(DpopError.NonceMissing, "use_dpop_nonce")]
    [InlineData(DpopError.NonceMismatch, "use_dpop_nonce")]
    [InlineData(DpopError.SignatureInvalid, "invalid_dpop_proof")]
    [InlineData(DpopError.KeyMismatch, "invalid_dpop_proof")]
    internal void Only_a_nonce_is_asked_for_again(DpopError error, string code) => error.Code().ShouldBe(code);

    /// <summary>RFC 6749 §5.2 and RFC 6750 §3: visible ASCII without quotation marks and backslashes.</summary>
    [Fact]
    public void Every_reason_has_a_sentence_of_its_own_that_fits_into_a_header_field()
    {
        var hints = Enum.GetValues<DpopError>().Select(error => error.Hint()).ToArray();
        hints.Distinct().Count().ShouldBe(hints.Length);
        hints.ShouldAllBe(hint => hint.All(c => c >= ' ' && c <= '~' && c != '"' && c != '\\'));
    }

    /// <summary>Whatever arrives is answered, never thrown: every single character of a valid proof is changed, cut and doubled.</summary>
    [Fact]
    public void Nothing_that_is_sent_becomes_an_exception()
    {
        var text = new ProofDraft().Write();
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var bent in (string[])[text[..i], text.Remove(i, 1), text.Insert(i, "."), text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..], text[..i] + "\u0000é" + text[i..]])
            {
                DpopProof.Check(new DpopRequest([bent], "GET", ProofDraft.Address), new DpopRules(), ProofDraft.Now).Succeeded.ShouldBeFalse(bent);
            }
        }
    }

    private static Func<ProofDraft> Proof(Action<ProofDraft> bend, AsymmetricAlgorithm? key = null) => () =>
    {
        var draft = new ProofDraft(key);
        bend(draft);
        return draft;
    };

    private static string Iat(string text, string value) =>
        text.Replace(ProofDraft.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), value, StringComparison.Ordinal);

    /// <summary>64 bytes end in a character of which two bits count; another character with the same two bits decodes to the same bytes.</summary>
    private static string StrayBits(string text)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return text[..^1] + alphabet[alphabet.IndexOf(text[^1], StringComparison.Ordinal) + 1];
    }

    private static string ChangeClaims(string text)
    {
        var parts = text.Split('.');
        var claims = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1])).Replace("LAEB", "LAEC", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(claims))}.{parts[2]}";
    }

    private static string ShortenSignature(string text)
    {
        var start = text.LastIndexOf('.') + 1;
        return text[..start] + Base64UrlEncoder.Encode(Base64UrlEncoder.DecodeBytes(text[start..])[..63]);
    }

    /// <summary>A number with the highest and the lowest bit set, as a modulus has.</summary>
    private static string Odd(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        bytes[0] |= 0x80;
        bytes[^1] |= 1;
        return Base64UrlEncoder.Encode(bytes);
    }

    private static string Even(string number)
    {
        var bytes = Base64UrlEncoder.DecodeBytes(number);
        bytes[^1] &= 0xfe;
        return Base64UrlEncoder.Encode(bytes);
    }
}
