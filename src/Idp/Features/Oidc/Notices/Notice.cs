using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>
/// Something that one client must be told. Written in the transaction of what it tells, and kept for a while after it was
/// delivered: the outbox is also the report.
/// </summary>
internal sealed class Notice
{
    /// <summary>Also the <c>jti</c> of a security event, which stays the same in every attempt.</summary>
    public Guid Id { get; init; }

    public required string ClientId { get; init; }

    /// <summary>One of <see cref="NoticeKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where to, as registered when it was written: for a client that is removed meanwhile.</summary>
    public string? Address { get; init; }

    /// <summary>What signs it, for the same reason.</summary>
    public required string Alg { get; init; }

    /// <summary>The subject as the client knows it.</summary>
    public required string Subject { get; init; }

    /// <summary>The session it is about, if it is about one.</summary>
    public string? Sid { get; init; }

    /// <summary>A JSON object: the members of the security event.</summary>
    public string Details { get; init; } = "{}";

    public DateTimeOffset CreatedAt { get; init; }

    public NoticeState State { get; set; }

    /// <summary>How often it was sent, or handed out.</summary>
    public int Attempts { get; set; }

    /// <summary>No attempt is made before; a process that takes the notice moves this forward. Nothing when none is to come.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>When it was delivered or given up.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Failure { get; set; }
}

/// <summary>How far a notice is.</summary>
internal enum NoticeState
{
    /// <summary>This server has to post it.</summary>
    Waiting = 0,

    /// <summary>The client has to fetch it.</summary>
    ToBePolled = 1,

    Delivered = 2,

    /// <summary>All attempts failed, or the client has said that it cannot read it.</summary>
    GivenUp = 3,

    /// <summary>The client no longer asks for it.</summary>
    NotWanted = 4,
}

internal sealed class NoticeConfiguration : IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<Notice> builder)
    {
        builder.ToTable("Notices");
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).ValueGeneratedNever();
        builder.Property(n => n.ClientId).HasMaxLength(64);
        builder.Property(n => n.Kind).HasMaxLength(32);
        builder.Property(n => n.Address).HasMaxLength(2000);
        builder.Property(n => n.Alg).HasMaxLength(16);
        builder.Property(n => n.Subject).HasMaxLength(64);
        builder.Property(n => n.Sid).HasMaxLength(64);
        builder.Property(n => n.Details).HasMaxLength(1000);
        builder.Property(n => n.Failure).HasMaxLength(500);
        builder.HasIndex(n => new { n.ClientId, n.NextAttemptAt }).HasFilter("next_attempt_at IS NOT NULL").HasDatabaseName("ix_notices_due");
        builder.HasIndex(n => new { n.ClientId, n.Id }).HasFilter("state = 1").HasDatabaseName("ix_notices_to_be_polled");
        builder.HasIndex(n => n.CreatedAt);
    }
}
