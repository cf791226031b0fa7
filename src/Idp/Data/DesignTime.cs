using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Moi.Identity.Idp.Data;

/// <summary>Lets the migration tool make the model without starting the server.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteIdpDb>
{
    public SqliteIdpDb CreateDbContext(string[] args)
        => new(new DbContextOptionsBuilder<SqliteIdpDb>().UseSqlite("Data Source=design.db").Options);
}

/// <inheritdoc cref="SqliteDesignTime"/>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresIdpDb>
{
    public PostgresIdpDb CreateDbContext(string[] args)
        => new(new DbContextOptionsBuilder<PostgresIdpDb>().UseNpgsql("Host=design").Options);
}
