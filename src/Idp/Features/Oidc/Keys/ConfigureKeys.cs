using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>Gives the engine the ring's keys each time its options are made.</summary>
internal sealed class ConfigureKeys(SigningKeyRing ring) : IConfigureOptions<OpenIddictServerOptions>
{
    // The engine insists on an encryption key. Nothing is encrypted with it: what is secret uses Data Protection.
    private readonly EncryptingCredentials _unused = new(
        new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)),
        SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512);

    // It insists on a signing key too, and is asked about every request; without one not even /health would answer.
    private readonly SigningCredentials _placeholder = new(
        new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)), SecurityAlgorithms.EcdsaSha256);

    public void Configure(OpenIddictServerOptions options)
    {
        options.SigningCredentials.Clear();
        options.SigningCredentials.AddRange(ring.Keys.Select(key => key.Credentials));
        if (options.SigningCredentials.Count == 0)
        {
            options.SigningCredentials.Add(_placeholder);
        }

        options.EncryptionCredentials.Clear();
        options.EncryptionCredentials.Add(_unused);
    }
}
