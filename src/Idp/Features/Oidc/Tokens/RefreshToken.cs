using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Moi.Identity.Idp.Features.Oidc.Grants;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// Whether a refresh token may still be used. The token itself carries its content, encrypted; the row says only that
/// it is the newest of its grant, so a stolen database yields no token.
/// </summary>
internal sealed class RefreshToken
{
    public Guid Id { get; init; }

    public Guid GrantId { get; init; }

    public RefreshTokenStatus Status { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal enum RefreshTokenStatus
{
    Valid = 0,
    Redeemed = 1,
    Revoked = 2,
}

internal sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("RefreshTokens");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => t.GrantId);
        builder.HasIndex(t => t.ExpiresAt);
        builder.HasOne<Grant>().WithMany().HasForeignKey(t => t.GrantId).OnDelete(DeleteBehavior.Cascade);
    }
}
