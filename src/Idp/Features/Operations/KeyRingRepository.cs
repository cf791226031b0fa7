using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// Takes no new key from a server that cannot read the old ones. Data Protection would make one and go on: everybody would
/// be signed out, and every other server would find a key that it cannot read.
/// </summary>
internal sealed class KeyRingRepository(IXmlRepository inner, IServiceProvider services) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => inner.GetAllElements();

    public void StoreElement(XElement element, string friendlyName)
    {
        var decryptor = new EncryptedXmlDecryptor(services);
        foreach (var secret in inner.GetAllElements().SelectMany(key => key.Descendants(RewrapKeyRing.Ring + "encryptedSecret")))
        {
            try
            {
                decryptor.Decrypt((XElement)secret.FirstNode!);
            }
            catch (CryptographicException e)
            {
                throw new CryptographicException("The key ring holds a key that this server cannot decrypt, so it makes no new one.", e);
            }
        }

        inner.StoreElement(element, friendlyName);
    }
}

/// <summary>Puts it before the repository that was chosen.</summary>
internal sealed class GuardKeyRing(IServiceProvider services) : IPostConfigureOptions<KeyManagementOptions>
{
    public void PostConfigure(string? name, KeyManagementOptions options)
    {
        if (options.XmlRepository is { } repository)
        {
            options.XmlRepository = new KeyRingRepository(repository, services);
        }
    }
}
