using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Moi.Identity.Idp.Features.Oidc.Observed;

/// <summary>Something that a client was seen doing in accepted requests, and how often.</summary>
/// <remarks>Facts and values are words of ours or of the registration, never of a sender: their number is bounded.</remarks>
internal sealed class Observation
{
    public required string ClientId { get; init; }

    /// <summary>One of <see cref="Facts"/>.</summary>
    public required string Fact { get; init; }

    public required string Value { get; init; }

    public long Count { get; init; }

    public DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset LastSeenAt { get; init; }
}

/// <summary>What is looked at.</summary>
internal static class Facts
{
    /// <summary><c>pushed</c> or <c>direct</c>.</summary>
    internal const string Request = "request";

    /// <summary>A registered <c>redirect_uri</c> that was used.</summary>
    internal const string RedirectUri = "redirect_uri";

    /// <summary>A scope that was asked for.</summary>
    internal const string Scope = "scope";

    /// <summary><c>present</c> or <c>absent</c>.</summary>
    internal const string Nonce = "nonce";

    /// <summary>A grant type that was answered with a token.</summary>
    internal const string Grant = "grant";

    /// <summary>What the access token is bound to: <c>DPoP</c>, <c>mTLS</c>, or <c>Bearer</c> for nothing.</summary>
    internal const string Token = "token";

    /// <summary>An OAuth error with which the authenticated client was refused.</summary>
    internal const string Refused = "refused";
}

internal sealed class ObservationConfiguration : IEntityTypeConfiguration<Observation>
{
    public void Configure(EntityTypeBuilder<Observation> builder)
    {
        builder.ToTable("ClientObservations");
        builder.HasKey(o => new { o.ClientId, o.Fact, o.Value });
        builder.Property(o => o.ClientId).HasMaxLength(64);
        builder.Property(o => o.Fact).HasMaxLength(32);
        builder.Property(o => o.Value).HasMaxLength(2000);
        builder.HasIndex(o => o.LastSeenAt);
    }
}
