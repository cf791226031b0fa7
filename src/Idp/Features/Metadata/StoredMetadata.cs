using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>The BLOB of the FIDO Metadata Service that is in use; the one row of its table.</summary>
internal sealed class StoredMetadata
{
    /// <summary>The key of the only row.</summary>
    internal const int Only = 1;

    public int Id { get; init; }

    /// <summary><c>no</c>; it only grows.</summary>
    public long Number { get; init; }

    /// <summary><c>nextUpdate</c>, the beginning of that day.</summary>
    public DateTimeOffset NextUpdate { get; init; }

    /// <summary>SHA-256 of the BLOB, in lower-case hexadecimal.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The BLOB as it came.</summary>
    public byte[] Blob { get; init; } = [];

    /// <summary>What the server it was downloaded from calls this edition.</summary>
    public string? Tag { get; init; }

    public DateTimeOffset StoredAt { get; init; }

    /// <summary>The number of the edition by which all passkeys were judged last.</summary>
    public long? ReviewedNumber { get; init; }

    /// <summary>The day on which that was done.</summary>
    public DateTimeOffset? ReviewedOn { get; init; }
}

internal sealed class StoredMetadataConfiguration : IEntityTypeConfiguration<StoredMetadata>
{
    public void Configure(EntityTypeBuilder<StoredMetadata> builder)
    {
        builder.ToTable("FidoMetadata");
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Digest).HasMaxLength(64);
        builder.Property(m => m.Tag).HasMaxLength(200);
    }
}
