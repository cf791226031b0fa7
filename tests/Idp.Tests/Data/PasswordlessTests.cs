using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Tests.Hosting;

namespace Moi.Identity.Idp.Tests.Data;

public sealed class PasswordlessOnSqliteTests(SqliteIdp idp) : PasswordlessTests(idp), IClassFixture<SqliteIdp>;

public sealed class PasswordlessOnPostgresTests(PostgresIdp idp) : PasswordlessTests(idp), IClassFixture<PostgresIdp>;

/// <summary>No password exists: no column could hold one, no page asks for one.</summary>
public abstract class PasswordlessTests(IdpFixture idp)
{
    private static readonly string[] Suspicious =
        ["password", "passwd", "pwd", "pin_", "otp", "totp", "two_factor", "phone", "email", "lockout", "access_failed", "recovery_code"];

    /// <summary>Reads the real database, not the model.</summary>
    [Fact]
    public async Task No_column_could_hold_a_password()
    {
        var sql = idp.App.Services.GetRequiredService<SqlDatabase>();
        var columns = await sql.ListAsync(
            sql.IsPostgres
                ? "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
                : "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
            _ => { },
            row => row.Text(0),
            TestContext.Current.CancellationToken);
        columns.ShouldContain("credentials.public_key");
        columns.Where(column => Suspicious.Any(word => column.Contains(word, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_page_asks_for_a_password()
    {
        using var browser = idp.Browser();
        foreach (var path in (string[])["/sign-in", "/sign-in/phone", "/sign-in/trouble", "/sign-up"])
        {
            (await browser.OpenAsync(path)).Body.ShouldNotContain("type=\"password\"");
        }

        await browser.SignUpAsync();
        foreach (var path in (string[])["/account", "/account/passkeys", "/account/passkeys/add", "/account/sessions", "/account/services", "/account/activity"])
        {
            (await browser.OpenAsync(path)).Body.ShouldNotContain("type=\"password\"");
        }
    }
}
