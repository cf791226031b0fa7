using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Seeding;

/// <summary>Responses of the soft authenticator to options that are always the same, so that the client data is too.</summary>
internal static class SoftCeremonies
{
    internal const string Origin = "https://idp.example";

    internal static readonly DateTimeOffset Now = new(2026, 8, 1, 9, 0, 0, TimeSpan.FromHours(8));

    private const string RpId = "idp.example";
    private const string Challenge = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    /// <summary>The client data of every registration made here.</summary>
    internal static byte[] ClientData { get; } = Encoding.UTF8.GetBytes(
        $$"""{"type":"webauthn.create","challenge":"{{Challenge}}","origin":"{{Origin}}","crossOrigin":false}""");

    internal static byte[] ClientDataHash { get; } = SHA256.HashData(ClientData);

    internal static string Register(SoftAttestation attestation, int algorithm, Lies? lies = null)
        => Register(new SoftAuthenticator { Attestation = attestation, Algorithms = [algorithm] }, algorithm, lies);

    internal static string Register(SoftAuthenticator authenticator, int algorithm, Lies? lies = null)
    {
        var options = new JsonObject
        {
            ["rp"] = new JsonObject { ["id"] = RpId, ["name"] = "Identity" },
            ["user"] = new JsonObject { ["id"] = Base64Url.EncodeToString(new byte[32]), ["name"] = "Home", ["displayName"] = "Home" },
            ["challenge"] = Challenge,
            ["pubKeyCredParams"] = new JsonArray(new JsonObject { ["type"] = "public-key", ["alg"] = algorithm }),
            ["extensions"] = new JsonObject { ["credProps"] = true },
        };
        return authenticator.Create(options.ToJsonString(), Origin, (lies ?? new Lies()) with { SafetyNet = new SafetyNetLies { Timestamp = Now } });
    }

    /// <summary>An assertion with a key just registered.</summary>
    internal static string Authenticate(Lies? lies = null)
    {
        var authenticator = new SoftAuthenticator();
        Register(authenticator, -7);
        var options = new JsonObject { ["rpId"] = RpId, ["challenge"] = Challenge };
        return authenticator.Get(options.ToJsonString(), Origin, lies);
    }

    /// <summary>A member of <c>response</c>, decoded.</summary>
    internal static byte[] Member(string json, string name) => Base64Url.DecodeFromChars((string)JsonNode.Parse(json)!["response"]![name]!);

    /// <summary>The attestation objects of every format, under the format's name.</summary>
    internal static IEnumerable<(string Name, byte[] Object)> AttestationObjects()
        => Enum.GetValues<SoftAttestation>().Select(attestation => (attestation.ToString(), Member(Register(attestation, -7), "attestationObject")));
}
