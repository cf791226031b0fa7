using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>A link that makes one person an administrator, once.</summary>
internal sealed class AdministratorInvitation
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the token in the link: a copy of the database opens nothing.</summary>
    public required byte[] TokenHash { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>Who used it.</summary>
    public Guid? CitizenId { get; set; }
}

internal sealed class AdministratorInvitationConfiguration : IEntityTypeConfiguration<AdministratorInvitation>
{
    public void Configure(EntityTypeBuilder<AdministratorInvitation> builder)
    {
        builder.ToTable("AdministratorInvitations");
        builder.HasKey(i => i.Id);
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.TokenHash).HasMaxLength(32);
        builder.HasIndex(i => i.TokenHash).IsUnique();
    }
}
