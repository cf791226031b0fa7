using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Audit;

/// <summary>Writes events without EF Core.</summary>
internal static class AuditSql
{
    /// <summary>One statement, to be joined to others of the same transaction; bind it with <see cref="BindAudit"/>.</summary>
    internal const string Insert = $"{Into} VALUES ({Values})";

    /// <summary>The same, to be followed by what must be true for the event to be written.</summary>
    internal const string InsertWhere = $"{Into} SELECT {Values} WHERE";

    private const string Into = "INSERT INTO audit_events (id, at, name, citizen_id, client_id, sid, device, trace_id, details)";

    private const string Values =
        "@audit_id, @audit_at, @audit_name, @audit_citizen, @audit_client, @audit_sid, @audit_device, @audit_trace, @audit_details";

    internal static SqlParameters BindAudit(this SqlParameters p, AuditEvent e)
        => p.Add("audit_id", e.Id).Add("audit_at", e.At).Add("audit_name", e.Name).Add("audit_citizen", e.CitizenId)
            .Add("audit_client", e.ClientId).Add("audit_sid", e.Sid).Add("audit_device", e.Device)
            .Add("audit_trace", e.TraceId).Add("audit_details", e.Details);

    internal static Task<int> AppendAsync(this SqlWork work, AuditEvent e, CancellationToken ct)
        => work.ExecuteAsync(Insert, p => p.BindAudit(e), ct);

    internal static Task<int> AppendAsync(this SqlDatabase sql, AuditEvent e, CancellationToken ct)
        => sql.ExecuteAsync(Insert, p => p.BindAudit(e), ct);
}
