using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Grants;

/// <summary>How one sector (an agency) knows a citizen: a random value that means nothing anywhere else.</summary>
internal sealed class PairwiseSubject
{
    public Guid CitizenId { get; init; }

    public required string Sector { get; init; }

    public required string Subject { get; init; }
}

internal sealed class PairwiseSubjectConfiguration : IEntityTypeConfiguration<PairwiseSubject>
{
    public void Configure(EntityTypeBuilder<PairwiseSubject> builder)
    {
        builder.ToTable("PairwiseSubjects");
        builder.HasKey(p => new { p.CitizenId, p.Sector });
        builder.Property(p => p.Sector).HasMaxLength(64);
        builder.Property(p => p.Subject).HasMaxLength(64);
        builder.HasIndex(p => p.Subject).IsUnique();
        builder.HasOne<Data.Citizen>().WithMany().HasForeignKey(p => p.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
