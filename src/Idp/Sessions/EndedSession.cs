using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Moi.Identity.Idp.Data.Pruning;

namespace Moi.Identity.Idp.Sessions;

/// <summary>
/// A session that was ended, for as long as something of it could still be on its way. Of several requests that end a
/// session at once the one that writes this row does it.
/// </summary>
internal sealed class EndedSession
{
    /// <summary>Three days are more than any session lives and any code is good for.</summary>
    internal static readonly PruningRule Pruning = new("ended_sessions", "ended_at", Keep: TimeSpan.FromDays(3));

    public required string Sid { get; init; }

    public DateTimeOffset EndedAt { get; init; }
}

internal sealed class EndedSessionConfiguration : IEntityTypeConfiguration<EndedSession>
{
    public void Configure(EntityTypeBuilder<EndedSession> builder)
    {
        builder.ToTable("EndedSessions");
        builder.HasKey(s => s.Sid);
        builder.Property(s => s.Sid).HasMaxLength(64);
        builder.HasIndex(s => s.EndedAt);
    }
}
