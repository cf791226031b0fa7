using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Oidc;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What clients sign is read in one way or not at all.</summary>
public sealed class SignedJwtTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_good_one_is_read_and_verified()
    {
        var jwt = Read(Signed("""{"alg":"ES256","kid":"k1","typ":"JWT"}""", """{"iss":"a"}"""));
        jwt.ShouldNotBeNull();
        (jwt.KeyId, jwt.Type, jwt.Claims!.Text("iss")).ShouldBe(("k1", "JWT", "a"));
        jwt.IsSignedBy([new ECDsaSecurityKey(_key)], ["PS256", "ES256"]).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"alg":"ES256"}""", true)]
    [InlineData("""{"alg":"ES256","crit":[]}""", false)]
    [InlineData("""{"alg":"ES256","b64":false,"crit":["b64"]}""", false)]
    [InlineData("""{"alg":"none","alg":"ES256"}""", false)]
    [InlineData("""{"alg":"ES256","kid":"\ud800"}""", false)]
    [InlineData("""["ES256"]""", false)]
    [InlineData("""{"alg":"ES256"} """, true)]
    [InlineData("""{"alg":"ES256"}x""", false)]
    public void A_header_is_one_object_that_demands_nothing(string header, bool isRead)
        => (Read(Signed(header, """{"iss":"a"}""")) is not null).ShouldBe(isRead);

    [Theory]
    [InlineData("""{"iss":"a"}""", true)]
    [InlineData("""{"iss":"a","iss":"b"}""", false)]
    [InlineData("""["a"]""", false)]
    [InlineData("", false)]
    public void Claims_are_one_object(string payload, bool areRead)
        => (Read(Signed("""{"alg":"ES256"}""", payload))!.Claims is not null).ShouldBe(areRead);

    [Fact]
    public void Each_part_has_one_encoding()
    {
        var good = Signed("""{"alg":"ES256"}""", """{"iss":"a"}""");
        Read(good).ShouldNotBeNull();
        Read(good + "=").ShouldBeNull();
        Read(good + "==").ShouldBeNull();
        Read(good + ".").ShouldBeNull();
        Read(" " + good).ShouldBeNull();
        Read(good[..(good.LastIndexOf('.') + 1)]).ShouldBeNull("it is not signed");
        Read(good[..good.LastIndexOf('.')]).ShouldBeNull();
        Read(null).ShouldBeNull();
        SignedJwt.Read(good, good.Length).ShouldNotBeNull();
        SignedJwt.Read(good, good.Length - 1).ShouldBeNull();

        // 64 bytes leave four bits of the last character unused: fifteen other characters stand for the same bytes.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Alphabet.Count(last => Read(good[..^1] + last) is not null).ShouldBe(4);
    }

    [Fact]
    public void The_algorithm_is_one_of_the_clients_and_fits_the_key()
    {
        using var rsa = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SecurityKey[] right = [new RsaSecurityKey(rsa), new ECDsaSecurityKey(other), new ECDsaSecurityKey(_key)];
        var jwt = Read(Signed("""{"alg":"ES256"}""", """{"iss":"a"}"""))!;
        jwt.IsSignedBy(right, ["ES256"]).ShouldBeTrue();
        jwt.IsSignedBy(right, ["es256", "PS256"]).ShouldBeFalse();
        jwt.IsSignedBy(right[..2], ["ES256"]).ShouldBeFalse();
        jwt.IsSignedBy([], ["ES256"]).ShouldBeFalse();
        foreach (var header in new[] { """{"alg":"none"}""", """{"alg":"HS256"}""", """{"alg":"PS256"}""", """{"alg":7}""", "{}" })
        {
            Read(Signed(header, """{"iss":"a"}"""))!.IsSignedBy(right, ["ES256", "PS256", "none", "HS256"]).ShouldBeFalse(header);
        }
    }

    [Fact]
    public void What_was_signed_is_what_was_read()
    {
        var good = Signed("""{"alg":"ES256"}""", """{"iss":"a"}""").Split('.');
        var bent = $"{good[0]}.{Encode("""{"iss":"b"}""")}.{good[2]}";
        Read(bent)!.IsSignedBy([new ECDsaSecurityKey(_key)], ["ES256"]).ShouldBeFalse();
        bent = $"{Encode("""{"alg":"ES256","kid":"k2"}""")}.{good[1]}.{good[2]}";
        Read(bent)!.IsSignedBy([new ECDsaSecurityKey(_key)], ["ES256"]).ShouldBeFalse();
    }

    private static SignedJwt? Read(string? text) => SignedJwt.Read(text, 8192);

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private string Signed(string header, string payload)
    {
        var content = $"{Encode(header)}.{Encode(payload)}";
        return $"{content}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }
}
