using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>A JWT before it is signed, every part of which a test may bend.</summary>
internal sealed class JwtDraft(ECDsa key, string kid)
{
    internal JsonObject Header { get; } = new() { ["alg"] = "ES256", ["kid"] = kid };

    internal JsonObject Payload { get; init; } = [];

    internal ECDsa Key { get; set; } = key;

    /// <summary>Signs with something else than the key.</summary>
    internal Func<byte[], byte[]>? SignInstead { get; set; }

    internal Func<string, string> BendPayloadText { get; set; } = text => text;

    internal string Write()
    {
        var signed = Base64UrlEncoder.Encode(Header.ToJsonString()) + "." + Base64UrlEncoder.Encode(BendPayloadText(Payload.ToJsonString()));
        var input = Encoding.ASCII.GetBytes(signed);
        var signature = SignInstead is { } sign ? sign(input) : Key.SignData(input, HashAlgorithmName.SHA256);
        return signed + "." + Base64UrlEncoder.Encode(signature);
    }
}
