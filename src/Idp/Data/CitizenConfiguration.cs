using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Data;

internal sealed class CitizenConfiguration : IEntityTypeConfiguration<Citizen>
{
    public void Configure(EntityTypeBuilder<Citizen> builder)
    {
        builder.ToTable("Citizens");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.DisplayLabel).HasMaxLength(50);
        builder.Property(c => c.UserHandle).HasMaxLength(64);
        builder.HasIndex(c => c.UserHandle).IsUnique();
        builder.Property(c => c.SecurityStamp).HasMaxLength(64);
        builder.Property(c => c.ConcurrencyStamp).HasMaxLength(64).IsConcurrencyToken();

        // Passwordless for ever: nothing of Identity's password, phone, e-mail or second-factor columns exists.
        builder.Ignore(c => c.PasswordHash);
        builder.Ignore(c => c.PhoneNumber);
        builder.Ignore(c => c.PhoneNumberConfirmed);
        builder.Ignore(c => c.TwoFactorEnabled);
        builder.Ignore(c => c.Email);
        builder.Ignore(c => c.NormalizedEmail);
        builder.Ignore(c => c.EmailConfirmed);
        builder.Ignore(c => c.UserName);
        builder.Ignore(c => c.NormalizedUserName);
        builder.Ignore(c => c.LockoutEnabled);
        builder.Ignore(c => c.LockoutEnd);
        builder.Ignore(c => c.AccessFailedCount);
    }
}

internal sealed class CredentialConfiguration : IEntityTypeConfiguration<Credential>
{
    public void Configure(EntityTypeBuilder<Credential> builder)
    {
        builder.ToTable("Credentials");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.CredentialId).HasMaxLength(1023);
        builder.HasIndex(c => c.CredentialId).IsUnique();
        builder.HasIndex(c => c.CitizenId);
        builder.Property(c => c.Transports).HasMaxLength(200);
        builder.Property(c => c.AttestationFormat).HasMaxLength(32);
        builder.Property(c => c.AttestationType).HasMaxLength(32);
        builder.Property(c => c.Certification).HasMaxLength(32);
        builder.Property(c => c.TrustAnchor).HasMaxLength(64);
        builder.Property(c => c.AttestationKeyIdentifier).HasMaxLength(40);
        builder.Property(c => c.ModelStanding).HasMaxLength(16);
        builder.Property(c => c.ModelStatuses).HasMaxLength(500);
        builder.Property(c => c.RpId).HasMaxLength(253);
        builder.Property(c => c.Name).HasMaxLength(40);
        builder.Property(c => c.LastUsedOn).HasMaxLength(80);
        builder.HasOne<Citizen>().WithMany().HasForeignKey(c => c.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
