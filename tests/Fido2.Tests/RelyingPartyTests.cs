namespace Moi.Identity.Fido2.Tests;

/// <summary>§13.5.9 and §5.4.2: a relying party that could never work, or would not be safe, is not made.</summary>
public sealed class RelyingPartyTests
{
    [Theory(DisplayName = "R-ORG-2: the RP ID fits each origin")]
    [InlineData("idp.example", "https://idp.example", true)]
    [InlineData("idp.example", "https://idp.example:8443", true)]
    [InlineData("idp.example", "https://app.idp.example", true)]
    [InlineData("localhost", "http://localhost:5080", true)]
    [InlineData("localhost", "https://localhost:44329", true)]
    [InlineData("idp.localhost", "http://idp.localhost:5080", true)]
    [InlineData("id.moi.gov.tw", "https://id.moi.gov.tw", true)]
    [InlineData("moi.gov.tw", "https://id.moi.gov.tw", true)]
    [InlineData("idp.example", "android:apk-key-hash:2wJC0Xn9yIUcM_i2pZ7GzZB8q1CGTZ9Vj_0y5m4Vd3A", true)]
    [InlineData("idp.example", "ios:bundle-id:tw.gov.moi.identity", true)]
    [InlineData("idp.example", "https://example", false)]
    [InlineData("idp.example", "https://evil-idp.example", false)]
    [InlineData("app.idp.example", "https://idp.example", false)]
    [InlineData("idp.example", "http://idp.example", false)]
    [InlineData("idp.example", "https://idp.example/", false)]
    [InlineData("idp.example", "https://idp.example:443", false)]
    [InlineData("idp.localhost", "http://idp.localhost:80", false)]
    [InlineData("idp.example", "https://idp.example:0", false)]
    [InlineData("idp.example", "https://idp.example:65536", false)]
    [InlineData("idp.example", "https://idp.example:08443", false)]
    [InlineData("idp.example", "https://idp.example:", false)]
    [InlineData("idp.example", "https://idp.example:84x3", false)]
    [InlineData("idp.example", "https://idp.example:99999999999", false)]
    [InlineData("localhost", "ftps://localhost", false)]
    [InlineData("idp.example", "https://IDP.example", false)]
    [InlineData("idp.example", "https://idp.example.", false)]
    [InlineData("idp.example", "https://user@idp.example", false)]
    [InlineData("idp.example", "https://idp.example?x", false)]
    [InlineData("idp.example", "wss://idp.example", false)]
    [InlineData("idp.example", "*", false)]
    [InlineData("idp.example", "https://*.idp.example", false)]
    [InlineData("idp.example", "null", false)]
    [InlineData("idp.example", "", false)]
    [InlineData("idp.example", "android:apk-key-hash:short", false)]
    [InlineData("idp.example", "android:apk-key-hash:2wJC0Xn9yIUcM/i2pZ7GzZB8q1CGTZ9Vj+0y5m4Vd3A", false)]
    [InlineData("idp.example", "ios:bundle-id:", false)]
    [InlineData("idp.example", "ios:bundle-id:..", false)]
    [InlineData("idp.example", "ios:bundle-id:single", false)]
    [InlineData("idp.example", "ios:bundle-id:tw.gov_moi", false)]
    [InlineData("127.0.0.1", "https://127.0.0.1", false)]
    [InlineData("[::1]", "https://[::1]", false)]
    public void Origins_and_the_rp_id(string id, string origin, bool accepted)
    {
        RelyingParty.Validate(id, "Identity", [origin], allowCrossOrigin: false, []).Any().ShouldBe(!accepted, origin);
        if (!accepted)
        {
            Should.Throw<ArgumentException>(() => new RelyingParty(id, "Identity", [origin]));
        }
    }

    [Theory(DisplayName = "R-ORG-2: a public suffix is no RP ID")]
    [InlineData("tw")]
    [InlineData("example")]
    [InlineData("gov.tw")]
    [InlineData("com.tw")]
    [InlineData("idv.tw")]
    public void Public_suffixes(string id)
        => RelyingParty.Validate(id, "Identity", ["https://idp." + id], allowCrossOrigin: false, []).ShouldHaveSingleItem().ShouldContain("public suffix");

    [Theory(DisplayName = "§5.4.2: an RP ID is a domain name in lower-case ASCII")]
    [InlineData("")]
    [InlineData("IDP.example")]
    [InlineData("idp..example")]
    [InlineData(".idp.example")]
    [InlineData("idp.example.")]
    [InlineData("https://idp.example")]
    [InlineData("idp.example:443")]
    [InlineData("身分.example")]
    [InlineData("-idp.example")]
    [InlineData("idp-.example")]
    public void Rp_ids(string id)
        => RelyingParty.Validate(id, "Identity", ["android:apk-key-hash:2wJC0Xn9yIUcM_i2pZ7GzZB8q1CGTZ9Vj_0y5m4Vd3A"], allowCrossOrigin: false, [])
            .ShouldHaveSingleItem().ShouldContain("RP ID");

    [Theory(DisplayName = "RFC 1035 §2.3.4: a label has 63 characters at most, a name 253")]
    [InlineData(63, 3, true)]
    [InlineData(64, 1, false)]
    [InlineData(62, 4, false)]
    public void Long_names(int label, int labels, bool accepted)
    {
        var id = string.Join('.', Enumerable.Repeat(new string('a', label), labels)) + ".tw";
        RelyingParty.Validate(id, "Identity", ["https://" + id], allowCrossOrigin: false, []).Any().ShouldBe(!accepted);
    }

    [Fact(DisplayName = "Every mistake is told at once")]
    public void All_mistakes_at_once()
        => RelyingParty.Validate("gov.tw", " ", ["http://x.example", "https://y.example"], allowCrossOrigin: false, ["ftp://z.example"]).Count.ShouldBe(6);

    [Fact(DisplayName = "A relying party without origins accepts nothing, and is refused")]
    public void No_origins() => Should.Throw<ArgumentException>(() => new RelyingParty("idp.example", "Identity", []));

    [Fact(DisplayName = "Top origins count only where frames are allowed")]
    public void Top_origins_need_frames()
        => RelyingParty.Validate("idp.example", "Identity", ["https://idp.example"], allowCrossOrigin: false, ["https://agency.example"]).ShouldHaveSingleItem();

    [Theory(DisplayName = "§5.11: a related origin is an https origin as browsers write it, of any domain")]
    [InlineData("https://id.example.gov.tw", true)]
    [InlineData("https://other.example:8443", true)]
    [InlineData("http://other.example", false)]
    [InlineData("http://localhost", false)]
    [InlineData("https://other.example/", false)]
    [InlineData("https://OTHER.example", false)]
    [InlineData("other.example", false)]
    [InlineData("android:apk-key-hash:2wJC0Xn9yIUcM_i2pZ7GzZB8q1CGTZ9Vj_0y5m4Vd3A", false)]
    public void Related_origins(string origin, bool accepted)
        => RelyingParty.Validate("idp.example", "Identity", ["https://idp.example"], allowCrossOrigin: false, [], [origin]).Any().ShouldBe(!accepted, origin);

    [Fact(DisplayName = "§5.11.1: browsers read five labels, and names below one domain share theirs")]
    public void Five_labels()
    {
        string[] five =
        [
            "https://a.moi.gov.tw", "https://b.moi.gov.tw", "https://moi.example", "https://two.example", "https://x.three.example", "https://four.co.uk",
            "https://www.four.co.uk", "https://five.idv.tw",
        ];
        RelyingParty.Validate("idp.example", "Identity", ["https://idp.example"], allowCrossOrigin: false, [], five).ShouldBeEmpty();
        RelyingParty.Validate("idp.example", "Identity", ["https://idp.example"], allowCrossOrigin: false, [], [.. five, "https://six.gov.tw"])
            .ShouldHaveSingleItem().ShouldContain("6 distinct labels");
    }

    [Fact(DisplayName = "§7.1 step 9: a listed related origin is accepted, another one is not")]
    public void Related_origins_count()
    {
        var relyingParty = new RelyingParty("idp.example", "Identity", [GoodRegistration.Origin], relatedOrigins: ["https://id.moi.gov.tw"]);
        new GoodRegistration { RelyingParty = relyingParty, PageOrigin = "https://id.moi.gov.tw" }.Run().ShouldSucceed();
        new GoodRegistration { RelyingParty = relyingParty, PageOrigin = "https://moi.gov.tw" }.Run().ShouldBeRefused(WebAuthnError.ClientDataOrigin);
    }
}
