using System.Diagnostics;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Audit;

/// <summary>When, on which device and in which trace something happened.</summary>
internal sealed record AuditContext(DateTimeOffset At, string Device, string TraceId)
{
    /// <summary>Who ran the command that did it; nobody where it was a request or the server itself.</summary>
    internal string? Operator { get; init; }
}

/// <summary>Takes the context from the request that is being served, if there is one.</summary>
internal sealed class AuditContextFactory(IHttpContextAccessor accessor, TimeProvider time)
{
    /// <summary>Who runs the command that this process is for, if it is for one.</summary>
    internal string? Operator { get; set; }

    internal AuditContext Create()
    {
        var http = accessor.HttpContext;
        return new AuditContext(
            time.GetUtcNow(),
            DeviceName.From(http?.Request.Headers.UserAgent),
            Activity.Current?.TraceId.ToString() ?? http?.TraceIdentifier ?? "")
        {
            Operator = Operator,
        };
    }
}
