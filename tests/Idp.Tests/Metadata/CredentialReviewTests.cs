using System.Text.Json.Nodes;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Metadata;

public sealed class CredentialReviewOnSqliteTests : CredentialReviewTests
{
    private protected override Task<Dictionary<string, string?>> StorageAsync() => Task.FromResult(new Dictionary<string, string?>());
}

public sealed class CredentialReviewOnPostgresTests(PostgresServer postgres, RedisServer redis) : CredentialReviewTests
{
    private protected override Task<Dictionary<string, string?>> StorageAsync() => PostgresIdp.SettingsAsync(postgres, redis);
}

/// <summary>What new metadata do to passkeys that are enrolled already.</summary>
public abstract class CredentialReviewTests : IAsyncLifetime
{
    private const string Compromised = "USER_KEY_REMOTE_COMPROMISE";

    private ModelServer _idp = null!;

    public async ValueTask InitializeAsync() => _idp = new ModelServer(await StorageAsync());

    public async ValueTask DisposeAsync()
    {
        await _idp.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<Dictionary<string, string?>> StorageAsync();

    /// <summary>Seen failing on 2026-11-27: nobody tried again for a quarter of an hour.</summary>
    [Fact]
    public async Task A_review_that_failed_is_tried_again_within_a_minute()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        await _idp.ExecuteAsync("ALTER TABLE credentials RENAME TO hidden");
        await WithinMinutesAsync(async () => _idp.App.Log.All.Any(line => line.Contains(" 2332 ", StringComparison.Ordinal)));

        await _idp.ExecuteAsync("ALTER TABLE hidden RENAME TO credentials");

        await WithinMinutesAsync(async () => await _idp.CountAsync("fido_metadata WHERE reviewed_number = 1") == 1);

        // Less than the time after which another server takes over from one that stopped.
        async Task WithinMinutesAsync(Func<Task<bool>> condition)
        {
            var advanced = 0;
            await Eventually.TrueAsync(
                async () =>
                {
                    if (await condition())
                    {
                        return true;
                    }

                    if (advanced++ % 50 == 0 && advanced < 400)
                    {
                        _idp.App.Time.Advance(TimeSpan.FromMinutes(1));
                    }

                    return false;
                },
                "within eight minutes");
        }
    }

    [Fact]
    public async Task A_model_that_is_called_broken_loses_its_level_and_its_owner_is_told()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L2");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:3");
        (await browser.OpenAsync("/account/passkeys")).Text.ShouldContain("Soft authenticator");
        browser.Page.Text.ShouldContain("FIDO certified, security level 2 · Keys kept in a separate security chip");

        await _idp.PublishAsync("FIDO_CERTIFIED_L2", Compromised);
        (await RunAsync()).ShouldBe(1);

        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:2");
        browser.Page.Text.ShouldContain("There is a security problem with the model of one of your passkeys");
        (await browser.OpenAsync("/account/passkeys")).Text.ShouldContain("A security problem of this model was published");
        (await browser.OpenAsync("/account/activity")).Text.ShouldContain("A security problem of the model of the passkey");
        var change = JsonNode.Parse((await _idp.EventsAsync(browser)).ShouldHaveSingleItem())!;
        ((string?)change["reason"], (string?)change["statuses"], (long?)change["number"]).ShouldBe(("Compromised", Compromised, 2));

        // Mended again, with another certification.
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        (await RunAsync()).ShouldBe(1);
        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:3");
        browser.Page.Text.ShouldNotContain("security problem");
        (await _idp.EventsAsync(browser)).Count.ShouldBe(2);
    }

    /// <summary>Seen failing on 2026-11-27: only sessions that were open ended.</summary>
    [Fact]
    public async Task What_outlives_a_session_ends_too_when_the_model_becomes_too_weak_for_the_account()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        var grant = await _idp.GiveDeviceAsync(browser);
        await _idp.PublishAsync("FIDO_CERTIFIED_L1", Compromised);
        await RunAsync();
        (await _idp.GrantStatusAsync(grant)).ShouldBe(0, "the account demands nothing");

        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        await RunAsync();
        await _idp.DemandAttestedAsync(browser);
        await _idp.PublishAsync("FIDO_CERTIFIED_L1", Compromised);
        await RunAsync();
        (await _idp.GrantStatusAsync(grant)).ShouldBe(2);
    }

    [Fact]
    public async Task A_root_that_was_withdrawn_vouches_for_nothing_any_more()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        await _idp.PublishEntriesAsync(SoftMetadataService.Entry(
            ModelServer.Model, [new SoftAttestationAuthority(ModelServer.Model).Root], "FIDO_CERTIFIED_L1"));
        (await RunAsync()).ShouldBe(1);

        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:2");
        (await browser.OpenAsync("/account/passkeys")).Text.ShouldContain("The maker no longer vouches for the model");

        // The model is gone altogether.
        await _idp.PublishEntriesAsync();
        (await RunAsync()).ShouldBe(1);
        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:2");
        (await _idp.EventsAsync(browser)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_review_is_due_once_for_each_edition_and_each_day()
    {
        (await _idp.Review.IsDueAsync(CancellationToken.None)).ShouldBeFalse();
        var certifiedLater = SoftMetadataService.Entry(ModelServer.Model, [SoftAttestationAuthority.Default(ModelServer.Model).Root], "FIDO_CERTIFIED_L1");
        certifiedLater["statusReports"]!.AsArray().Add(SoftMetadataService.Status("FIDO_CERTIFIED_L2", "2026-11-25"));
        await _idp.PublishEntriesAsync(certifiedLater);
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        (await _idp.Review.IsDueAsync(CancellationToken.None)).ShouldBeTrue();
        (await RunAsync()).ShouldBe(0);
        (await _idp.Review.IsDueAsync(CancellationToken.None)).ShouldBeFalse();

        // A report of the future counts from its day. The server looks by itself.
        _idp.App.Time.Advance(TimeSpan.FromDays(3));
        await Eventually.TrueAsync(
            async () => await _idp.CountAsync("audit_events WHERE name = 'passkey.model_changed'") == 1, "the passkey was judged anew");
        await _idp.SignInAsync(browser);
        JsonNode.Parse((await _idp.EventsAsync(browser))[0])!["certification"]!.GetValue<string>().ShouldBe("Level2");
    }

    [Fact]
    public async Task Reviews_at_the_same_time_change_and_tell_each_passkey_once()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        await _idp.PublishAsync("FIDO_CERTIFIED_L1", Compromised);

        var changed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(RunAsync)));

        changed.Sum().ShouldBe(1);
        (await _idp.EventsAsync(browser)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_that_has_not_seen_the_newest_edition_judges_nothing()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L1");
        using var browser = await _idp.CitizenAsync(ModelServer.Attested());
        await _idp.PublishAsync("FIDO_CERTIFIED_L1", Compromised);
        await _idp.OvertakeAsync();

        (await RunAsync()).ShouldBe(0);
        (await _idp.EventsAsync(browser)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_that_is_only_claimed_warns_its_owner_too_but_is_never_certified()
    {
        await _idp.PublishAsync("FIDO_CERTIFIED_L2");
        using var browser = await _idp.CitizenAsync(new SoftAuthenticator { Aaguid = ModelServer.Model });
        (await _idp.SignInAsync(browser)).ShouldBe("urn:moi:acr:2");
        (await browser.OpenAsync("/account/passkeys")).Text.ShouldNotContain("Soft authenticator");
        browser.Page.Text.ShouldNotContain("FIDO certified");

        await _idp.PublishAsync("FIDO_CERTIFIED_L2", Compromised);
        (await RunAsync()).ShouldBe(1);
        (await browser.OpenAsync("/account")).Text.ShouldContain("There is a security problem with the model of one of your passkeys");
    }

    private Task<int> RunAsync() => _idp.Review.RunAsync(CancellationToken.None);
}
