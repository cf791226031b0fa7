using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;

namespace Moi.Identity.Idp.Storage;

/// <summary>What a kind of short-lived record is called, how long it lives, and how it is written.</summary>
/// <param name="Name">Part of every key and of the encryption purpose: records of different kinds never mix.</param>
/// <param name="Lifetime">From creation.</param>
/// <param name="Json">Source-generated serialization.</param>
internal sealed record RecordKind<T>(string Name, TimeSpan Lifetime, JsonTypeInfo<T> Json);

/// <summary>
/// Typed, expiring records behind opaque handles. The store holds only the hash of the handle and an encrypted value
/// that is bound to that hash, so that neither reading nor swapping entries in the store helps an attacker.
/// </summary>
internal sealed class Records<T>(IShortLivedStore store, IDataProtectionProvider protection, RecordKind<T> kind)
    where T : class
{
    private const int HandleBytes = 32;
    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Idp.Records", kind.Name);

    /// <summary>Stores a new record.</summary>
    /// <returns>Its handle: 43 characters that only the holder knows.</returns>
    internal async ValueTask<string> AddAsync(T value, CancellationToken ct)
    {
        var handle = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(HandleBytes));
        var key = Key(handle);
        await store.SetAsync(key, Seal(key, value), kind.Lifetime, ct);
        return handle;
    }

    /// <summary>Stores a new record behind a handle that the caller made, unless there is one.</summary>
    internal ValueTask<bool> TryAddAsync(string handle, T value, CancellationToken ct)
    {
        var key = Key(handle);
        return store.TryAddAsync(key, Seal(key, value), kind.Lifetime, ct);
    }

    /// <summary>Reads without using it up.</summary>
    internal async ValueTask<Stored<T>?> GetAsync(string? handle, CancellationToken ct)
    {
        if (!IsHandle(handle))
        {
            return null;
        }

        var key = Key(handle!);
        return await store.GetAsync(key, ct) is { } sealedValue && Open(key, sealedValue) is { } value
            ? new Stored<T>(value, sealedValue)
            : null;
    }

    /// <summary>Takes the record out: of any number of callers exactly one gets it, whatever happens next.</summary>
    internal async ValueTask<T?> TakeAsync(string? handle, CancellationToken ct)
    {
        if (!IsHandle(handle))
        {
            return null;
        }

        var key = Key(handle!);
        return await store.TakeAsync(key, ct) is { } sealedValue ? Open(key, sealedValue) : null;
    }

    /// <summary>Replaces what was read, unless somebody else replaced it in between. The lifetime goes on.</summary>
    internal ValueTask<bool> TryReplaceAsync(string handle, Stored<T> read, T value, CancellationToken ct)
    {
        var key = Key(handle);
        return store.TryReplaceAsync(key, read.Sealed, Seal(key, value), null, ct);
    }

    private static bool IsHandle(string? handle)
        => handle is { Length: 43 } && Base64Url.IsValid(handle, out var bytes) && bytes == HandleBytes;

    private string Key(string handle)
        => kind.Name + ":" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(handle)));

    private byte[] Seal(string key, T value)
    {
        var name = Encoding.ASCII.GetBytes(key);
        var json = JsonSerializer.SerializeToUtf8Bytes(value, kind.Json);
        return _protector.Protect([.. name, .. json]);
    }

    private T? Open(string key, byte[] sealedValue)
    {
        byte[] plain;
        try
        {
            plain = _protector.Unprotect(sealedValue);
        }
        catch (CryptographicException)
        {
            return null;
        }

        var name = Encoding.ASCII.GetBytes(key);
        return plain.AsSpan().StartsWith(name) ? JsonSerializer.Deserialize(plain.AsSpan(name.Length), kind.Json) : null;
    }
}

/// <summary>A record as it was read, needed to replace exactly that.</summary>
internal sealed record Stored<T>(T Value, byte[] Sealed);
