using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>A new key, ready to be stored.</summary>
internal sealed record MadeKey(string Kid, string Alg, string PublicJwk, byte[] Protected);

/// <summary>The table of the signing keys, and the protection of their private parts.</summary>
internal sealed partial class SigningKeyStore(
    SqlDatabase sql, IDataProtectionProvider protection, AuditContextFactory audit, ILogger<SigningKeyStore> logger)
{
    private const string Select = "SELECT kid, alg, generation, activates_at, retires_at, protected_private FROM signing_keys";

    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Idp.SigningKeys");

    /// <summary>Every key that is stored: a handful.</summary>
    internal Task<List<StoredKey>> ListAsync(CancellationToken ct) => sql.ListAsync(Select, static _ => { }, Read, ct);

    /// <summary>Makes a key that is not stored yet.</summary>
    /// <remarks>Before any transaction: on the very first start Data Protection stores a key of its own.</remarks>
    internal MadeKey Make(string alg)
    {
        var (key, pkcs8) = RingKey.Create(alg);
        var protectedKey = _protector.Protect(pkcs8);
        CryptographicOperations.ZeroMemory(pkcs8);
        return new MadeKey(key.Kid, alg, key.PublicJwk.ToJsonString(), protectedKey);
    }

    /// <summary>Runs <paramref name="change"/> on the keys as they are; of all processes one at a time does so.</summary>
    /// <returns>What it returned: whether its changes are to stay.</returns>
    internal Task<bool> ChangeAsync(Func<KeyChange, Task<bool>> change, CancellationToken ct) => sql.TransactionAsync(
        async work =>
        {
            // SQLite has one writer anyhow. Reading is not held up.
            if (sql.IsPostgres)
            {
                await work.ExecuteAsync("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE", static _ => { }, ct);
            }

            return await change(new KeyChange(work, audit.Create(), await work.ListAsync(Select, static _ => { }, Read, ct)));
        },
        ct);

    /// <summary>The key as it is used, or nothing if this process lacks the Data Protection key that protects it.</summary>
    internal RingKey? TryImport(StoredKey row)
    {
        try
        {
            var pkcs8 = _protector.Unprotect(row.Protected);
            var key = RingKey.Import(row.Alg, pkcs8);
            CryptographicOperations.ZeroMemory(pkcs8);
            return key;
        }
        catch (CryptographicException e)
        {
            LogUnreadable(logger, e, row.Kid);
            return null;
        }
    }

    private static StoredKey Read(SqlRow row)
        => new(row.Text(0), row.Text(1), row.Integer(2), row.Time(3), row.TimeOrNull(4), row.Bytes(5));

    [LoggerMessage(EventId = 5203, Level = LogLevel.Critical, Message = "Signing key {Kid} cannot be decrypted: this process does not have the Data Protection key that protects it")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string kid);
}
