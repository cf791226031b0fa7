using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Grants;

/// <summary>How one sector (an agency) knows a citizen: a random value that means nothing anywhere else.</summary>
internal sealed class PairwiseSubject
{
    private const int Bytes = 24;

    public Guid CitizenId { get; init; }

    public required string Sector { get; init; }

    public required string Subject { get; init; }

    /// <summary>A new subject.</summary>
    internal static string NewValue() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Whether a text could be a subject of ours.</summary>
    internal static bool HasShape(string? text) => text is not null && Base64Url.IsValid(text, out var length) && length == Bytes;
}

internal sealed class PairwiseSubjectConfiguration : IEntityTypeConfiguration<PairwiseSubject>
{
    public void Configure(EntityTypeBuilder<PairwiseSubject> builder)
    {
        builder.ToTable("PairwiseSubjects");
        builder.HasKey(p => new { p.CitizenId, p.Sector });
        builder.Property(p => p.Sector).HasMaxLength(80);
        builder.Property(p => p.Subject).HasMaxLength(64);
        builder.HasIndex(p => p.Subject).IsUnique();
        builder.HasOne<Data.Citizen>().WithMany().HasForeignKey(p => p.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
