using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>RFC 7591 §3: lets the developers of one agency register clients of the sandbox by themselves.</summary>
internal sealed class InitialAccessToken
{
    /// <summary>SHA-256 of the token, which is 256 random bits.</summary>
    public required byte[] TokenHash { get; init; }

    public required string Agency { get; init; }

    public required string AgencyNameZh { get; init; }

    public required string AgencyNameEn { get; init; }

    /// <summary>How many clients can still be registered with it.</summary>
    public int Remaining { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class InitialAccessTokenConfiguration : IEntityTypeConfiguration<InitialAccessToken>
{
    public void Configure(EntityTypeBuilder<InitialAccessToken> builder)
    {
        builder.ToTable("InitialAccessTokens");
        builder.HasKey(t => t.TokenHash);
        builder.Property(t => t.TokenHash).HasMaxLength(32);
        builder.Property(t => t.Agency).HasMaxLength(64);
        builder.Property(t => t.AgencyNameZh).HasMaxLength(100);
        builder.Property(t => t.AgencyNameEn).HasMaxLength(100);
        builder.HasIndex(t => t.ExpiresAt);
    }
}
