using System.Text.Json.Serialization;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// Leave to add one passkey, given by an assertion at most 5 minutes ago in this very session. A session alone, however
/// young, is not enough (CVE-2026-3429).
/// </summary>
internal sealed record RegistrationPermit(string Sid, Guid CitizenId, string? Transaction, string? ReturnPath)
{
    internal static readonly RecordKind<RegistrationPermit> Record =
        new("permit", TimeSpan.FromMinutes(5), RegistrationPermitJson.Default.RegistrationPermit);
}

[JsonSerializable(typeof(RegistrationPermit))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RegistrationPermitJson : JsonSerializerContext;

/// <summary>Gives permits and honours each one once, in the session it was given to.</summary>
internal sealed class RegistrationPermits(Records<RegistrationPermit> records)
{
    /// <summary>To be called only with the session of an assertion that was verified in this request.</summary>
    internal ValueTask<string> GiveAsync(Session session, string? transaction, string? returnPath, CancellationToken ct)
        => records.AddAsync(new RegistrationPermit(session.Sid, session.CitizenId, transaction, returnPath), ct);

    internal async ValueTask<RegistrationPermit?> FindAsync(Session session, string? handle, CancellationToken ct)
        => await records.GetAsync(handle, ct) is { } found && IsFor(session, found.Value) ? found.Value : null;

    internal async ValueTask<RegistrationPermit?> TakeAsync(Session session, string? handle, CancellationToken ct)
        => await records.TakeAsync(handle, ct) is { } permit && IsFor(session, permit) ? permit : null;

    private static bool IsFor(Session session, RegistrationPermit permit)
        => permit.Sid == session.Sid && permit.CitizenId == session.CitizenId;
}
