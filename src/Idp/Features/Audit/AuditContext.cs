using System.Diagnostics;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Audit;

/// <summary>When, on which device and in which trace something happened.</summary>
internal sealed record AuditContext(DateTimeOffset At, string Device, string TraceId);

/// <summary>Takes the context from the request that is being served, if there is one.</summary>
internal sealed class AuditContextFactory(IHttpContextAccessor accessor, TimeProvider time)
{
    internal AuditContext Create()
    {
        var http = accessor.HttpContext;
        return new AuditContext(
            time.GetUtcNow(),
            DeviceName.From(http?.Request.Headers.UserAgent),
            Activity.Current?.TraceId.ToString() ?? http?.TraceIdentifier ?? "");
    }
}
