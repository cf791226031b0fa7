using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>What came of spending a single-use token.</summary>
/// <param name="Payload">Its content, for the one who came first.</param>
/// <param name="SpentBefore">It is genuine, but somebody has used it already.</param>
/// <param name="GrantId">The grant it belongs to; empty for a pushed request.</param>
internal sealed record Spending(string? Payload, bool SpentBefore, Guid GrantId);

/// <summary>
/// Authorization codes and pushed requests: one record each in the short-lived store, spent by one command. What
/// stays behind for the rest of the lifetime is a mark, so that a second use is noticed.
/// </summary>
/// <remarks>
/// The value sent out is the id of the grant and 32 random bytes. The store holds the hash of it and an encrypted
/// payload, so reading the store gives nobody a code.
/// </remarks>
internal sealed class SingleUseTokens(IShortLivedStore store)
{
    private const int GrantBytes = 16;
    private const int RandomBytes = 32;
    private static readonly byte[] SpentMark = [0];

    internal async ValueTask<string> AddAsync(
        string kind, string payload, Guid grantId, TimeSpan lifetime, CancellationToken ct)
    {
        var bytes = new byte[GrantBytes + RandomBytes];
        grantId.TryWriteBytes(bytes);
        RandomNumberGenerator.Fill(bytes.AsSpan(GrantBytes));
        var reference = Base64Url.EncodeToString(bytes);
        await store.SetAsync(Key(kind, reference), Encoding.ASCII.GetBytes(payload), lifetime, ct);
        return reference;
    }

    /// <summary>The grant that a reference names, empty for a pushed request; nothing if it cannot be one of ours.</summary>
    internal static Guid? GrantOf(string reference)
        => reference.Length == Base64Url.GetEncodedLength(GrantBytes + RandomBytes)
            && Base64Url.IsValid(reference, out var length) && length == GrantBytes + RandomBytes
                ? new Guid(Base64Url.DecodeFromChars(reference).AsSpan(0, GrantBytes))
                : null;

    internal async ValueTask<Spending?> SpendAsync(string kind, string reference, CancellationToken ct)
        => GrantOf(reference) is { } grantId
            ? await store.ExchangeAsync(Key(kind, reference), SpentMark, ct) switch
            {
                null => null,
                [0] => new Spending(null, SpentBefore: true, grantId),
                var payload => new Spending(Encoding.ASCII.GetString(payload), SpentBefore: false, grantId),
            }
            : null;

    private static string Key(string kind, string reference)
        => kind + ":" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(reference)));
}
