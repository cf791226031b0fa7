using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Fido2.Metadata;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>
/// The first byte of an input: bit 0 chooses a response of SafetyNet or a BLOB; with bit 1 the rest is the text itself,
/// without it the rest is header, payload and signature, a zero byte between them, and is put into base64url here.
/// </summary>
internal sealed class JwsTarget : FuzzTarget
{
    private static readonly byte[][] Dictionary =
        [.. JsonWords.With("alg", "x5c", "crit", "typ", "nonce", "timestampMs", "ctsProfileMatch"), .. new[] { "\"RS256\"", "\"ES256\"", "\"PS256\"", "\"none\"", "\"ES384\"", "\"ES512\"", "\"HS256\"" }.Select(Encoding.UTF8.GetBytes)];

    internal override string Name => "jws";

    internal override IReadOnlyList<Type> Parsers => [typeof(CompactJws), typeof(SafetyNetResponse)];

    internal override IReadOnlyList<byte[]> Words => Dictionary;

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var text = (input[0] & 2) != 0 ? input[1..] : Join(input.AsSpan(1));
        return (input[0] & 1) != 0 ? RunSafetyNet(text) : RunBlob(text);
    }

    private static bool RunSafetyNet(byte[] text)
    {
        try
        {
            var response = SafetyNetResponse.Parse(text);
            byte[] again = [.. response.SigningInput, (byte)'.', .. Encoding.ASCII.GetBytes(Base64Url.EncodeToString(response.Signature))];
            Invariant.Same(again, text, "The parsed response is not the one that was sent.");
            return true;
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.SafetyNetJws, "A SafetyNet response is refused with another code.");
            return false;
        }
    }

    private static bool RunBlob(byte[] text)
    {
        CompactJws jws;
        try
        {
            jws = CompactJws.Read(text);
        }
        catch (MetadataException refusal)
        {
            Invariant.Holds(refusal.Failure.Error is MetadataError.Malformed or MetadataError.Certificates, "A BLOB is refused with another code.");
            Invariant.IsOneLine(refusal.Failure.Detail);
            return false;
        }

        var parts = Encoding.ASCII.GetString(text).Trim(' ', '\t', '\r', '\n').Split('.');
        Invariant.Holds(parts.Length == 3 && parts[1] == Base64Url.EncodeToString(jws.Payload), "The payload is not the one that was sent.");
        Invariant.Holds(jws.Certificates.Length is > 0 and <= 8, "x5c");
        try
        {
            jws.Verify(PathCertificate.Parse(jws.Certificates[0]));
        }
        catch (Exception exception) when (exception is MetadataException or WebAuthnException)
        {
            // Not signed by the certificate, or not by one.
        }

        return true;
    }

    private static byte[] Join(ReadOnlySpan<byte> parts)
    {
        // JSON has no zero byte; a signature may.
        var (header, afterHeader) = Cut(parts);
        var (payload, signature) = Cut(afterHeader);
        return Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(signature)}");

        static (byte[] First, byte[] Others) Cut(ReadOnlySpan<byte> bytes)
            => bytes.IndexOf((byte)0) is var at and >= 0 ? (bytes[..at].ToArray(), bytes[(at + 1)..].ToArray()) : (bytes.ToArray(), []);
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var service = new SoftMetadataService();
        var blob = service.Blob();
        yield return ("blob-text", [2, .. blob]);
        yield return ("blob", [0, .. Split(blob)]);
        foreach (var (name, key) in new (string, AsymmetricAlgorithm)[]
        {
            ("RS256", RSA.Create(2048)), ("PS256", RSA.Create(2048)), ("ES384", ECDsa.Create(ECCurve.NamedCurves.nistP384)), ("ES512", ECDsa.Create(ECCurve.NamedCurves.nistP521)),
        })
        {
            var other = new SoftMetadataService(SoftCertificateShape.Leaf() with { Key = key });
            yield return ($"blob-{name}", [0, .. Split(other.Blob(new SoftBlob { Algorithm = name, Certificates = [other.Signer.Der] }))]);
        }

        yield return ("blob-critical", [0, .. Split(service.Blob(new SoftBlob { Header = header => header["crit"] = "x" }))]);
        yield return ("blob-no-certificates", [0, .. "{\"alg\":\"ES256\",\"x5c\":[]}\0{}\0a"u8]);
        yield return ("blob-no-algorithm", [0, .. "{\"alg\":null,\"x5c\":[\"AAAA\",null]}\0{}\0a"u8]);
        byte[] response = [];
        var lies = new Lies();
        Seeding.SoftCeremonies.Register(SoftAttestation.SafetyNet, -7, lies with { StatementMembers = members => Keep(members, out response) });
        yield return ("safetynet-text", [3, .. Bare(response)]);
        yield return ("safetynet", [1, .. Split(Bare(response))]);
        yield return ("safetynet-short", [1, .. "{\"alg\":\"RS256\",\"x5c\":[\"AAAA\"]}\0{\"nonce\":\"\",\"timestampMs\":1,\"ctsProfileMatch\":true}\0a"u8]);
        yield return ("safetynet-odd", [1, .. "{\"alg\":\"RS256\",\"x5c\":[null]}\0{\"nonce\":null,\"timestampMs\":1e400,\"ctsProfileMatch\":1}\0a"u8]);
    }

    private static (string Name, byte[] Value)[] Keep((string Name, byte[] Value)[] members, out byte[] response)
    {
        response = members.Single(member => member.Name == "response").Value;
        return members;
    }

    /// <summary>The content of an encoded byte string of more than 255 bytes.</summary>
    private static byte[] Bare(byte[] encoded) => encoded[3..];

    private static byte[] Split(byte[] text)
    {
        var parts = Encoding.ASCII.GetString(text).Split('.').Select(part => Base64Url.DecodeFromChars(part)).ToArray();
        return [.. parts[0], 0, .. parts[1], 0, .. parts[2]];
    }
}
