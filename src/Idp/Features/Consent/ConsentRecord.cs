using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>A citizen's standing agreement that a client receives certain data.</summary>
internal sealed class ConsentRecord
{
    public Guid CitizenId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Scopes and claims agreed to, separated by spaces (<c>ScopeCatalogue.ReleasedBy</c>).</summary>
    public required string Released { get; set; }

    public DateTimeOffset GrantedAt { get; set; }
}

internal sealed class ConsentRecordConfiguration : IEntityTypeConfiguration<ConsentRecord>
{
    public void Configure(EntityTypeBuilder<ConsentRecord> builder)
    {
        builder.ToTable("Consents");
        builder.HasKey(c => new { c.CitizenId, c.ClientId });
        builder.Property(c => c.ClientId).HasMaxLength(64);
        builder.Property(c => c.Released).HasMaxLength(2000);
        builder.HasOne<Data.Citizen>().WithMany().HasForeignKey(c => c.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
