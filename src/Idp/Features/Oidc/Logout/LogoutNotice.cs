using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>
/// A client that must be told of a session's end. Written in the transaction that ends the session, removed when the
/// client has answered.
/// </summary>
internal sealed class LogoutNotice
{
    public Guid Id { get; init; }

    public required string ClientId { get; init; }

    public required string Sid { get; init; }

    /// <summary>The subject as the client knows it.</summary>
    public required string Subject { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public int Attempts { get; set; }

    /// <summary>No attempt is made before; a process that takes the notice moves this forward.</summary>
    public DateTimeOffset NextAttemptAt { get; set; }
}

internal sealed class LogoutNoticeConfiguration : IEntityTypeConfiguration<LogoutNotice>
{
    public void Configure(EntityTypeBuilder<LogoutNotice> builder)
    {
        builder.ToTable("LogoutOutbox");
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).ValueGeneratedNever();
        builder.Property(n => n.ClientId).HasMaxLength(64);
        builder.Property(n => n.Sid).HasMaxLength(64);
        builder.Property(n => n.Subject).HasMaxLength(64);
        builder.HasIndex(n => new { n.Sid, n.ClientId }).IsUnique();
        builder.HasIndex(n => n.NextAttemptAt);
    }
}
