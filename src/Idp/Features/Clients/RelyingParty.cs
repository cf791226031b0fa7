using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The stored registration of an agency's application.</summary>
internal sealed class RelyingParty
{
    public required string ClientId { get; init; }

    /// <summary>The agency, also the sector of pairwise subjects.</summary>
    public required string Agency { get; set; }

    public required string Profile { get; set; }

    /// <summary>RFC 7591 client metadata as it was accepted, without a secret.</summary>
    public required string Metadata { get; set; }

    /// <summary>SHA-256 of the secret that was generated for the client, if it uses one.</summary>
    public byte[]? SecretHash { get; set; }

    /// <summary>SHA-256 of the token with which its developers manage it, if they registered it themselves.</summary>
    public byte[]? RegistrationTokenHash { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Counts the changes.</summary>
    public int Version { get; set; }
}

internal sealed class RelyingPartyConfiguration : IEntityTypeConfiguration<RelyingParty>
{
    public void Configure(EntityTypeBuilder<RelyingParty> builder)
    {
        builder.ToTable("RelyingParties");
        builder.HasKey(r => r.ClientId);
        builder.Property(r => r.ClientId).HasMaxLength(64);
        builder.Property(r => r.Agency).HasMaxLength(64);
        builder.Property(r => r.Profile).HasMaxLength(16);
        builder.Property(r => r.SecretHash).HasMaxLength(32);
        builder.Property(r => r.RegistrationTokenHash).HasMaxLength(32);
    }
}
