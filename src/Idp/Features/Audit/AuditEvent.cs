using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Audit;

/// <summary>One fact that somebody may have to account for. Written once, never changed.</summary>
internal sealed class AuditEvent
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The name from the catalogue <see cref="AuditEvents"/>, such as <c>passkey.registered</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whose identity it concerns.</summary>
    public Guid? CitizenId { get; init; }

    /// <summary>The agency's registration it concerns.</summary>
    public string? ClientId { get; init; }

    public string? Sid { get; init; }

    /// <summary>Browser and operating system, coarse.</summary>
    public string Device { get; init; } = "";

    /// <summary>Links the event to logs and traces.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>A JSON object with the members that the catalogue documents for this event.</summary>
    public string Details { get; init; } = "{}";
}

internal sealed class AuditEventConfiguration : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> builder)
    {
        builder.ToTable("AuditEvents");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Name).HasMaxLength(64);
        builder.Property(e => e.ClientId).HasMaxLength(100);
        builder.Property(e => e.Sid).HasMaxLength(64);
        builder.Property(e => e.Device).HasMaxLength(80);
        builder.Property(e => e.TraceId).HasMaxLength(64);
        builder.HasIndex(e => new { e.CitizenId, e.At });
        builder.HasIndex(e => e.At);
    }
}
