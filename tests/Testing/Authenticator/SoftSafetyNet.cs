using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>The android-safetynet format (§8.5): Google's service, as it was.</summary>
internal static class SoftSafetyNet
{
    private static readonly Lazy<SoftKey> Key = new(() => SoftKey.Create(-257));

    internal static byte[] Statement(SoftStatementInput input)
    {
        var lies = input.Lies.SafetyNet ?? new SafetyNetLies();
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(lies.Host);
        var leaf = input.Authority.Certify(Key.Value, SoftAttestationAuthority.Name(lies.Host), [names.Build()]);
        var header = new JsonObject { ["alg"] = "RS256", ["x5c"] = new JsonArray([.. (input.Lies.Certificates ?? [leaf]).Select(der => (JsonNode)Convert.ToBase64String(der))]) };
        lies.Header?.Invoke(header);
        var payload = new JsonObject
        {
            ["timestampMs"] = (lies.Timestamp ?? throw new InvalidOperationException("A SafetyNet response needs a time.")).ToUnixTimeMilliseconds(),
            ["nonce"] = Convert.ToBase64String(SHA256.HashData(input.SignedData)),
            ["apkPackageName"] = "com.google.android.gms",
            ["ctsProfileMatch"] = true,
            ["basicIntegrity"] = true,
        };
        lies.Payload?.Invoke(payload);
        var signed = $"{Encoded(header)}.{Encoded(payload)}";
        var jws = $"{signed}.{Base64Url.EncodeToString(input.Sign(Key.Value, Encoding.ASCII.GetBytes(signed)))}";
        jws = lies.Jws?.Invoke(jws) ?? jws;
        return input.Map(("ver", Cbor.Text(lies.Version)), ("response", Cbor.Bytes(Encoding.ASCII.GetBytes(jws))));
    }

    private static string Encoded(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
