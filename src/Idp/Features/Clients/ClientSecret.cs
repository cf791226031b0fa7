using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A secret for <c>client_secret_basic</c> or <c>client_secret_post</c>: shown once, kept as a hash.</summary>
internal sealed class ClientSecret
{
    private readonly string _value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>For the one place that shows it to the person who asked.</summary>
    internal string Reveal() => _value;

    internal byte[] Hash() => Hash(_value);

    internal static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Names a secret in a record: eight bytes of its hash tell it from every other one and do not help to guess it.</summary>
    internal static string Fingerprint(string secret) => Convert.ToHexStringLower(Hash(secret).AsSpan(0, 8));

    public override string ToString() => "(secret)";
}
