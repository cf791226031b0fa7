using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The JSON of a credential, read as a registration's and as an assertion's.</summary>
internal sealed class ResponseTarget : FuzzTarget
{
    private static readonly byte[][] Dictionary = JsonWords.With(
        "id", "rawId", "type", "authenticatorAttachment", "response", "clientExtensionResults", "clientDataJSON", "attestationObject", "authenticatorData",
        "signature", "userHandle", "transports", "appid", "credProps", "rk", "largeBlob", "supported", "prf", "enabled", "remoteClientDataJSON");

    internal override string Name => "response-json";

    internal override IReadOnlyList<Type> Parsers => [typeof(ResponseReader), typeof(ExtensionOutputs), typeof(StrictBase64Url)];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override int LongestInput => 2048;

    internal override bool Run(byte[] input)
    {
        var isAttestation = TryRead(() => ResponseReader.ReadAttestation(input), out var attestation);
        var isAssertion = TryRead(() => ResponseReader.ReadAssertion(input), out var assertion);
        if (!isAttestation && !isAssertion)
        {
            return false;
        }

        using var document = JsonDocument.Parse(input);
        var response = document.RootElement.GetProperty("response");
        if (attestation is not null)
        {
            CheckBytes(attestation.Id, document.RootElement, "rawId");
            CheckBytes(attestation.ClientDataJson, response, "clientDataJSON");
            CheckBytes(attestation.AttestationObject, response, "attestationObject");
            Invariant.Holds(attestation.Transports.Length <= 8 && attestation.Transports.All(word => word.Length is > 0 and <= 32), "transports");
        }

        if (assertion is not null)
        {
            CheckBytes(assertion.Id, document.RootElement, "id");
            CheckBytes(assertion.ClientDataJson, response, "clientDataJSON");
            CheckBytes(assertion.AuthenticatorData, response, "authenticatorData");
            CheckBytes(assertion.Signature, response, "signature");
            if (assertion.UserHandle is { } userHandle)
            {
                CheckBytes(userHandle, response, "userHandle");
            }
        }

        return true;
    }

    /// <summary>One value has one spelling: what was read, written again, is what stands there.</summary>
    private static void CheckBytes(byte[] read, JsonElement json, string member)
        => Invariant.Holds(Base64Url.EncodeToString(read) == json.GetProperty(member).GetString(), member);

    private static bool TryRead<T>(Func<T> read, out T? response)
        where T : class
    {
        try
        {
            response = read();
            return true;
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(
                refusal.Error is WebAuthnError.RequestMalformed or WebAuthnError.RequestTooLarge or WebAuthnError.IdMismatch or WebAuthnError.TypeInvalid,
                "A response is refused with a code that is not about its JSON.");
            response = null;
            return false;
        }
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        yield return ("registration", Encoding.UTF8.GetBytes(SoftCeremonies.Register(SoftAttestation.PackedSelf, -7)));
        yield return ("assertion", Encoding.UTF8.GetBytes(SoftCeremonies.Authenticate()));
        (string, string)[] texts =
        [
            ("short-registration", """{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"AA","attestationObject":"AAA","transports":["usb","nfc","usb","","x y"]},"authenticatorAttachment":"platform"}"""),
            ("short-assertion", """{"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA","userHandle":null},"authenticatorAttachment":null}"""),
            ("extensions", """{"clientExtensionResults":{"appid":true,"credProps":{"rk":true,"x":[]},"largeBlob":{"supported":false},"prf":{"enabled":true,"results":{"first":"AA"}},"remoteClientDataJSON":"","x":1},"id":"_-","rawId":"_-","type":"public-key","response":{"clientDataJSON":"","authenticatorData":"","signature":"","userHandle":"AA"},"authenticatorAttachment":"cross-platform"}"""),
            ("escaped", """{"\u0069d":"\u0041A","rawId":"AA","type":"\u0070ublic-key","response":{"clientDataJSON":"\u0041A","attestationObject":"AA"}}"""),
            ("mismatch", """{"id":"AA","rawId":"AQ","type":"public-key","response":{"clientDataJSON":"AA","attestationObject":"AA"}}"""),
            ("surrogate", """{"type":"\ud800"}"""),
            ("padding", """{"id":"AA==","rawId":"AA==","type":"public-key","response":{}}"""),
            ("odd-extensions", """{"clientExtensionResults":{"appid":{},"credProps":[1],"prf":null},"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","attestationObject":"AA"}}"""),
        ];
        foreach (var (name, text) in texts)
        {
            yield return (name, Encoding.UTF8.GetBytes(text));
        }
    }
}
