using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>The tests' users and their credentials, in memory until the server stops. They are nobody's accounts.</summary>
internal sealed class ConformanceUsers
{
    private readonly ConcurrentDictionary<string, byte[]> _handles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CredentialRecord> _credentials = new(StringComparer.Ordinal);

    /// <summary>The user handle behind a name, made when the name is new.</summary>
    internal byte[] GetOrAdd(string userName) => _handles.GetOrAdd(userName, static _ => RandomNumberGenerator.GetBytes(32));

    internal byte[]? Find(string userName) => _handles.GetValueOrDefault(userName);

    /// <summary>The credentials of a user, for options.</summary>
    internal IReadOnlyList<PublicKeyCredentialDescriptor> Descriptors(byte[] userHandle) =>
    [
        .. _credentials.Values.Where(credential => credential.UserHandle.Span.SequenceEqual(userHandle))
            .Select(credential => new PublicKeyCredentialDescriptor { Id = credential.Id, Transports = credential.Transports }),
    ];

    internal CredentialRecord? Find(ReadOnlyMemory<byte> credentialId) => _credentials.GetValueOrDefault(Key(credentialId));

    /// <returns>False if the credential is there already, whoever has it.</returns>
    internal bool TryAdd(CredentialRecord credential) => _credentials.TryAdd(Key(credential.Id), credential);

    /// <returns>False if the record changed since it was read.</returns>
    internal bool TryUpdate(CredentialRecord before, CredentialRecord after) => _credentials.TryUpdate(Key(before.Id), after, before);

    private static string Key(ReadOnlyMemory<byte> credentialId) => Base64Url.EncodeToString(credentialId.Span);
}
