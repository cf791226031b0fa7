using System.Text;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Data;

/// <summary>
/// Everything that must last, for administration and account pages. The sign-in path uses <see cref="SqlDatabase"/>.
/// Each feature maps its own tables in an <see cref="IEntityTypeConfiguration{TEntity}"/> beside its code.
/// </summary>
internal abstract class IdpDb(DbContextOptions options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<Citizen> Citizens => Set<Citizen>();

    public DbSet<Credential> Credentials => Set<Credential>();

    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(IdpDb).Assembly);

        // One spelling that needs no quotes in either database, so that plain SQL reads the same on both.
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.Name));
            }
        }
    }

    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}

/// <summary>The embedded database. Times are Unix milliseconds, because SQLite cannot order dates with offsets.</summary>
internal sealed class SqliteIdpDb(DbContextOptions<SqliteIdpDb> options) : IdpDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        => configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), number => DateTimeOffset.FromUnixTimeMilliseconds(number));
}

/// <summary>The production database.</summary>
internal sealed class PostgresIdpDb(DbContextOptions<PostgresIdpDb> options) : IdpDb(options);
