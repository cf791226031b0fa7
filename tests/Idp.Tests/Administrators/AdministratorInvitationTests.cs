using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Administrators;

public sealed class AdministratorInvitationTests(PostgresServer postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-data-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 1, 2, 3, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task A_link_works_once_however_many_hands_try_it(string storage)
    {
        await using var services = await ServicesAsync(storage);
        var (invitations, sql) = Resolve(services);
        var token = Token(await invitations.CreateAsync(Ct));
        (await invitations.IsOpenAsync(token, Ct)).ShouldBeTrue();
        var citizens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => NewCitizen(services)));

        var taken = await Task.WhenAll(citizens.Select(citizen =>
            Task.Run(() => sql.TransactionAsync(work => invitations.TakeAsync(work, token, citizen, Ct), Ct))));

        taken.Count(succeeded => succeeded).ShouldBe(1);
        (await invitations.IsOpenAsync(token, Ct)).ShouldBeFalse();
        (await Count(sql, "administrator_roles")).ShouldBe(1);
        (await Count(sql, "audit_events WHERE name = 'administrator.enrolled'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task An_enrolment_that_fails_afterwards_gives_the_link_back(string storage)
    {
        await using var services = await ServicesAsync(storage);
        var (invitations, sql) = Resolve(services);
        var token = Token(await invitations.CreateAsync(Ct));
        var citizen = await NewCitizen(services);

        await sql.TransactionAsync(async work => await invitations.TakeAsync(work, token, citizen, Ct) && false, Ct);

        (await invitations.IsOpenAsync(token, Ct)).ShouldBeTrue();
        (await Count(sql, "administrator_roles")).ShouldBe(0);
    }

    [Fact]
    public async Task A_link_ends_after_a_day()
    {
        await using var services = await ServicesAsync();
        var (invitations, sql) = Resolve(services);
        var token = Token(await invitations.CreateAsync(Ct));
        var citizen = await NewCitizen(services);
        _time.Advance(AdministratorInvitations.Lifetime - TimeSpan.FromSeconds(1));
        (await invitations.IsOpenAsync(token, Ct)).ShouldBeTrue();

        _time.Advance(TimeSpan.FromSeconds(1));

        (await invitations.IsOpenAsync(token, Ct)).ShouldBeFalse();
        (await sql.TransactionAsync(work => invitations.TakeAsync(work, token, citizen, Ct), Ct)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("' OR 1=1 --")]
    public async Task Made_up_links_open_nothing(string? token)
    {
        await using var services = await ServicesAsync();
        (await Resolve(services).Invitations.IsOpenAsync(token, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_first_start_prints_a_link_and_the_second_does_not()
    {
        await using var idp = await IdpProcess.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(idp.Log.Contains("/administrators/enrol?token=", StringComparison.Ordinal)), "the link is printed");
        await idp.StopAsync();

        await idp.StartAsync();
        await idp.StopAsync();

        idp.Log.ShouldNotContain("/administrators/enrol");
        (await idp.RunAsync("administrators", "invite")).Output.ShouldStartWith($"{idp.Origin}/administrators/enrol?token=");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<ServiceProvider> ServicesAsync(string storage = "Sqlite")
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Idp:Storage:Provider"] = storage,
            ["Idp:DataPath"] = _folder.FullName,
            ["ConnectionStrings:Postgres"] = storage == "Postgres" ? await postgres.NewDatabaseAsync() : null,
        }).Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(_time)
            .Configure<IdpOptions>(configuration.GetSection(IdpOptions.Section))
            .AddIdpData(configuration)
            .AddAudit()
            .AddAdministrators()
            .BuildServiceProvider();
        await DataFeature.MigrateAsync(services, Ct);
        return services;
    }

    private static (AdministratorInvitations Invitations, SqlDatabase Sql) Resolve(ServiceProvider services)
        => (services.GetRequiredService<AdministratorInvitations>(), services.GetRequiredService<SqlDatabase>());

    private static string Token(string link) => link.Split("token=")[1];

    private static async Task<long> Count(SqlDatabase sql, string table)
        => (await sql.ListAsync($"SELECT count(*) FROM {table}", _ => { }, row => row.Number(0), Ct)).Single();

    private static async Task<Guid> NewCitizen(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdpDb>();
        var citizen = new Citizen { Id = Guid.CreateVersion7(), DisplayLabel = "Test", UserHandle = Guid.CreateVersion7().ToByteArray() };
        db.Citizens.Add(citizen);
        await db.SaveChangesAsync(Ct);
        return citizen.Id;
    }
}
