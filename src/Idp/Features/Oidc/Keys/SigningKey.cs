using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>A key pair that signs tokens, shared by all server processes.</summary>
internal sealed class SigningKey
{
    /// <summary>The <c>kid</c>: the key's RFC 7638 thumbprint.</summary>
    public required string Kid { get; init; }

    /// <summary>The one algorithm it is used with.</summary>
    public required string Alg { get; init; }

    /// <summary>The how-manieth key of its algorithm: two processes cannot both make the first.</summary>
    public int Generation { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when it signs; it is published before.</summary>
    public DateTimeOffset ActivatesAt { get; init; }

    /// <summary>From when it is no longer published; set when its successor is announced.</summary>
    public DateTimeOffset? RetiresAt { get; set; }

    public required string PublicJwk { get; init; }

    /// <summary>PKCS #8, protected by Data Protection.</summary>
    public required byte[] ProtectedPrivate { get; init; }
}

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("SigningKeys");
        builder.HasKey(k => k.Kid);
        builder.Property(k => k.Kid).HasMaxLength(64);
        builder.Property(k => k.Alg).HasMaxLength(16);
        builder.HasIndex(k => new { k.Alg, k.Generation }).IsUnique();
    }
}
