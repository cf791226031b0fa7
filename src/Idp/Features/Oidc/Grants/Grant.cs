using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Grants;

/// <summary>
/// What a client may do for a citizen because of one session: the family of all its tokens, and the list of clients
/// that must be told when the session ends. One valid row for each session and client.
/// </summary>
internal sealed class Grant
{
    public Guid Id { get; init; }

    public Guid CitizenId { get; init; }

    /// <summary>The passkey of the last sign-in: tokens do not outlive it.</summary>
    public Guid CredentialId { get; set; }

    public required string ClientId { get; init; }

    public required string Sid { get; init; }

    /// <summary>The pairwise subject, as the client knows the citizen.</summary>
    public required string Subject { get; init; }

    /// <summary>Scopes, separated by spaces.</summary>
    public required string Scopes { get; set; }

    /// <summary>The language in which the citizen signed in, a BCP 47 tag.</summary>
    public required string Locale { get; set; }

    public GrantKind Kind { get; init; }

    public GrantStatus Status { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last time a code was issued for it.</summary>
    public DateTimeOffset UsedAt { get; set; }
}

internal enum GrantKind
{
    /// <summary>It came from a browser's session and ends with it.</summary>
    Session = 0,

    /// <summary>A device without a browser holds it (RFC 8628). It has a <c>sid</c> of its own, which is nobody's session.</summary>
    Device = 1,
}

internal enum GrantStatus
{
    Valid = 0,
    Revoked = 1,

    /// <summary>
    /// Ended for good: by the end of the session, of the service's access, or of the account. The change to this is what makes
    /// the notice to the client, so that there is one however often and wherever the end is asked for.
    /// </summary>
    Ended = 2,
}

internal sealed class GrantConfiguration : IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.ToTable("Grants");
        builder.HasKey(g => g.Id);
        builder.Property(g => g.Id).ValueGeneratedNever();
        builder.Property(g => g.ClientId).HasMaxLength(64);
        builder.Property(g => g.Sid).HasMaxLength(64);
        builder.Property(g => g.Subject).HasMaxLength(64);
        builder.Property(g => g.Locale).HasMaxLength(16);
        builder.Property(g => g.Scopes).HasMaxLength(1000);
        builder.HasIndex(g => new { g.Sid, g.ClientId }).IsUnique().HasFilter("status = 0").HasDatabaseName("ux_grants_valid");
        builder.HasIndex(g => g.Sid);
        builder.HasIndex(g => new { g.CitizenId, g.ClientId });

        // For the end of a client, which may have grants of every citizen; those that have ended are not in its way.
        builder.HasIndex(g => new { g.ClientId, g.Id }).HasFilter("status <> 2");
        builder.HasIndex(g => g.UsedAt);
        builder.HasOne<Data.Citizen>().WithMany().HasForeignKey(g => g.CitizenId).OnDelete(DeleteBehavior.Cascade);
    }
}
