namespace Moi.Identity.Fido2.Tests;

internal static class Origins
{
    /// <summary>A relying party that one agency may frame.</summary>
    internal static RelyingParty Framed { get; } =
        new("idp.example", "Identity", [GoodRegistration.Origin], allowCrossOrigin: true, topOrigins: ["https://agency.example"]);

    /// <summary>W20: neighbours of https://idp.example, none of which is it.</summary>
    public static TheoryData<string> NotExactly { get; } = new(
        "https://idp.example:8443",
        "https://idp.example:443",
        "http://idp.example",
        "https://evil.idp.example",
        "https://evil-idp.example",
        "https://idp.example.evil.tw",
        "https://idp.example.",
        "https://idp.example/",
        "https://user@idp.example",
        "https://idp.example@evil.tw",
        "https://IDP.example",
        "HTTPS://idp.example",
        "https://xn--dp-fka.example",
        "https://іdp.example",
        "https://idp.example\0",
        " https://idp.example",
        "https://idp.example\u200b",
        "https://[::1]",
        "https://127.0.0.1",
        "https://example",
        "null",
        "",
        "android:apk-key-hash:2wJC0Xn9yIUcM_i2pZ7GzZB8q1CGTZ9Vj_0y5m4Vd3A");
}
