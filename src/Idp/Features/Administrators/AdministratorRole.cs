using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>That a citizen may administer, and for whom.</summary>
internal sealed class AdministratorRole
{
    public required Guid Id { get; init; }

    public required Guid CitizenId { get; init; }

    /// <summary>The agency whose registrations it is about; empty for the ministry, which is about all of them.</summary>
    public string Agency { get; init; } = "";

    public DateTimeOffset GrantedAt { get; init; }
}

internal sealed class AdministratorRoleConfiguration : IEntityTypeConfiguration<AdministratorRole>
{
    public void Configure(EntityTypeBuilder<AdministratorRole> builder)
    {
        builder.ToTable("AdministratorRoles");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Agency).HasMaxLength(100);
        builder.HasIndex(r => new { r.CitizenId, r.Agency }).IsUnique();
        builder.HasOne<Citizen>().WithMany().HasForeignKey(r => r.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
